"""What people's mail programs say while they are away, in languages that we do not answer in.

Written as the phrases of `automatic_words`, which adds them to its own: a mail must be made of them.
"""

from typing import Final

_FRENCH: Final = (
    r"\d\w*|du|au|le|la|les|de|des|d|jusqu|jusque|a|partir|depuis|et|inclus|compris|en|ce|cette|pour|"
    "semaine|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|mars|avril|mai|juin|"
    "juillet|aout|septembre|octobre|novembre|decembre|actuellement|donc|moment|quelques|jours"
)
_ITALIAN: Final = (
    r"\d\w*|dal|al|il|la|lo|l|le|da|a|fino|sino|dall|all|del|di|e|compreso|incluso|in|per|lunedi|martedi|"
    "mercoledi|giovedi|venerdi|sabato|domenica|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|"
    "settembre|ottobre|novembre|dicembre|attualmente|settimana|giorni"
)
_SPANISH: Final = (
    r"\d\w*|del|al|el|la|los|las|de|desde|hasta|a|y|inclusive|incluido|ambos|en|por|para|lunes|martes|"
    "miercoles|jueves|viernes|sabado|domingo|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|"
    "setiembre|octubre|noviembre|diciembre|actualmente|semana|dias|proximo"
)
_DUTCH: Final = (
    r"\d\w*|van|tot|en|met|t|m|op|vanaf|de|het|een|om|tussen|maandag|dinsdag|woensdag|donderdag|vrijdag|"
    "zaterdag|zondag|januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|"
    "december|momenteel|weer|week|dagen|wegens|i v m|verband"
)
_POLISH: Final = (
    r"\d\w*|od|do|dnia|dniu|dniach|w|we|i|r|roku|wlacznie|poniedzialku|poniedzialek|wtorku|wtorek|srody|"
    "srode|czwartku|czwartek|piatku|piatek|soboty|niedzieli|stycznia|lutego|marca|kwietnia|maja|czerwca|"
    "lipca|sierpnia|wrzesnia|pazdziernika|listopada|grudnia|obecnie|tygodnia"
)
#: absences with their greetings, thanks and closings
ABSENCES_ABROAD: Final = f"""
/ bonjour|bonsoir|madame monsieur|madame|monsieur|chers collegues / et|a tous
bien / cordialement|cordiales salutations|salutations|sinceres salutations|bonne journee|bonne reception /
et / merci|je vous remercie|nous vous remercions / de|pour|d|avance|votre|vos|message|messages|mail|e mail|\
courriel|comprehension|par
{_FRENCH}|et|actuellement / je suis|je serai|je me trouve|nous sommes / absent|absente|e|hors|bureau|conge|\
conges|conges annuels|vacances|maternite|paternite|parental|maladie|deplacement|formation|retour|de nouveau|\
joignable|disponible|mais|{_FRENCH}
{_FRENCH} / absent|absente|en conge|en conges|en vacances / e|bureau|maternite|parental|annuels|{_FRENCH}
et / je n ai pas acces|je n aurai pas acces|je n ai qu un acces limite|je n aurai qu un acces limite|\
avec un acces limite|sans acces|un acces limite / a|ma|mes|la|messagerie|boite|mail|mails|e mail|e mails|\
emails|courriels|aux
et|mais / je repondrai|je vous repondrai|nous vous repondrons|je traiterai|je ne traiterai pas|\
je lirai|je prendrai connaissance|\
je reviendrai vers vous / a|de|des|mon|retour|votre|vos|message|messages|mail|mails|e mail|e mails|courriel|\
que|possible|rapidement|plus vite|ou|{_FRENCH}
/ votre message|votre mail|votre e mail|votre courriel|les messages|vos messages / ne|sera|seront|pas|\
transfere|transferes|transmis|lu|lus|traite|et|{_FRENCH}
/ en cas d urgence|en cas de besoin|pour toute urgence|pour toute demande urgente|\
si votre demande est urgente|en cas d absolue necessite|pour les urgences / vous pouvez|veuillez|merci|de|\
contacter|contactez|joindre|appeler|ecrire|a|au|adresser|vous|mon|ma|mes|collegue|collegues|notre|equipe|\
l|standard|par|mail|telephone|support|ou|{_FRENCH}
/ nos bureaux sont fermes|nos bureaux seront fermes|notre bureau est ferme / pour|conges|vacances|annuels|\
{_FRENCH}
/ ceci est|il s agit d|c est / un|une|message|reponse|automatique|d absence
/ buongiorno|buonasera|salve|gentile|gentili|egregio|ciao / signora|signore|cliente|clienti|tutti
/ cordiali saluti|distinti saluti|saluti|un saluto|cordialmente|buona giornata /
/ grazie|la ringrazio|vi ringrazio|ti ringrazio / per|il|la|suo|sua|vostro|vostra|tuo|tua|messaggio|mail|\
e mail|email|comprensione|averci|avermi|scritto|contattato|della|e
{_ITALIAN}|e / sono|saro|siamo|rientro|rientrero|tornero|ritornero / assente|fuori|sede|ufficio|ferie|\
congedo|maternita|malattia|trasferta|viaggio|lavoro|ritorno|nuovamente|di nuovo|raggiungibile|disponibile|e|\
{_ITALIAN}
e|con|ma / non ho accesso|non avro accesso|ho accesso limitato|avro accesso limitato|\
avro un accesso limitato|accesso limitato|senza accesso / a|alla|alle|mia|mie|posta|elettronica|mail|e mail|\
email|casella
e / rispondero|le rispondero|vi rispondero|ti rispondero|risponderemo|\
leggero / a|al|alla|ai|alle|suo|sua|vostro|vostra|\
tuo|tua|messaggio|messaggi|mail|e mail|email|mio|rientro|ritorno|appena|possibile|prima|quanto|\
{_ITALIAN}
/ la sua e mail|la sua mail|il suo messaggio|le e mail|i messaggi|la vostra e mail|il vostro messaggio / non|\
sara|saranno|verra|verranno|viene|vengono|inoltrata|inoltrato|inoltrate|inoltrati|letta|letto|letti|e
/ per urgenze|in caso di urgenza|in caso di urgenze|per questioni urgenti|per richieste urgenti|\
per comunicazioni urgenti / si prega|di|potete|puo|puoi|la|prego|vi|contattare|contatti|contattate|contatta|\
rivolgersi|scrivere|chiamare|a|al|il|mio|mia|collega|i|miei|colleghi|nostro|team|numero|o|\
{_ITALIAN}
/ l ufficio e chiuso|gli uffici sono chiusi|l ufficio sara chiuso / ferie|festivita|{_ITALIAN}
/ questa e|questo e|questo messaggio e / una|un|risposta|messaggio|automatica|automatico|stato|generato|\
automaticamente
/ hola|buenos dias|buenas tardes|estimado|estimada|estimados|estimadas / a|todos|cliente|senor|senora|as|os
reciba|reciban|con|mis|un|muchos / saludos|saludo|cordiales saludos|atentamente|cordialmente|\
un cordial saludo / cordial|cordiales
muchas / gracias|le agradezco|agradezco / por|su|tu|mensaje|correo|electronico|e mail|mail|comprension|\
de antemano|y|la
{_SPANISH}|y / estoy|estare|me encuentro|me encontrare|estamos|volvere|regresare|me reincorporare / fuera|\
oficina|de|vacaciones|baja|permiso|maternal|paternal|maternidad|viaje|ausente|nuevo|vuelta|regreso|\
disponible|trabajo|y|{_SPANISH}
y|con|pero / no tengo acceso|no tendre acceso|tengo acceso limitado|tendre acceso limitado|acceso limitado|\
sin acceso / a|al|mi|mis|correo|correos|electronico|e mail|mail|mails|mensajes
y / respondere|le respondere|te respondere|contestare|le contestare|atendere|leere / a|su|sus|tu|mensaje|\
mensajes|correo|correos|e mail|mi|regreso|vuelta|lo|antes|posible|en|cuanto|pueda|mas|\
{_SPANISH}
/ su mensaje|su correo|tu mensaje|tu correo|los mensajes|los correos / no|sera|seran|electronico|reenviado|\
reenviados|leido|leidos|y
/ en caso de urgencia|para asuntos urgentes|para temas urgentes|si es urgente|si su consulta es urgente|\
en caso urgente / por|favor|pongase|ponte|en|contacto|con|contacte|contactar|contacta|puede|pueden|puedes|\
escribir|escriba|llame|llamar|dirijase|dirigirse|a|al|mi|companero|companera|companeros|colega|\
nuestro|equipo|o|telefono|{_SPANISH}
/ la oficina esta cerrada|nuestra oficina esta cerrada|la oficina estara cerrada / vacaciones|{_SPANISH}
/ este es|esta es|este mensaje es|esto es / un|una|mensaje|respuesta|automatico|automatica|generado|\
automaticamente
/ beste|geachte|hallo|goedendag|goedemorgen|goedemiddag / heer|mevrouw|relatie|collega|allemaal|lezer
met / vriendelijke groet|vriendelijke groeten|hartelijke groet|hartelijke groeten|groet|groeten|hoogachtend /
hartelijk|alvast / bedankt|dank|dank u|dank je|dank u wel|hartelijk dank / voor|uw|je|jouw|bericht|mail|\
e mail|email|begrip|het|sturen|van
{_DUTCH}|en / ik ben|ben ik|wij zijn / afwezig|niet|aanwezig|op|kantoor|met|vakantie|verlof|\
zwangerschapsverlof|ouderschapsverlof|ziekteverlof|bereikbaar|terug|beschikbaar|beperkt|helaas|en|{_DUTCH}
en|maar / ik heb geen toegang|heb ik geen toegang|heb geen toegang|ik heb beperkt toegang|\
ik heb beperkte toegang|heb beperkt toegang|ik lees|lees ik / tot|mijn|mail|mails|e mail|e mails|email|\
mailbox|niet|deze|periode|in|tijdens
en / ik zal|zal ik|zal|ik beantwoord|ik reageer|ik antwoord|\
ik neem / uw|je|bericht|berichten|mail|mails|e mail|e mails|\
vraag|na|bij|mijn|terugkeer|terugkomst|zo|spoedig|snel|mogelijk|beantwoorden|reageren|contact|op|u|met|lezen|\
dan|wanneer|ik|ben|terug|{_DUTCH}
/ uw bericht|uw mail|uw e mail|je bericht|je mail|berichten|mails|e mails / wordt|worden|niet|doorgestuurd|\
gelezen|en
/ voor dringende zaken|voor dringende vragen|voor spoedeisende zaken|in dringende gevallen|bij spoed|\
in geval van nood|bij dringende zaken|voor urgente zaken / kunt|u|kun|je|contact|opnemen|neem|dan|gerust|op|\
met|terecht|bij|bellen|mailen|naar|mijn|collega|s|ons|team|wenden|zich|of|\
{_DUTCH}
/ ons kantoor is gesloten|het kantoor is gesloten / vakantie|wegens|{_DUTCH}
/ dit is|dit bericht is / een|automatisch|automatische|antwoord|bericht|gegenereerd|verzonden|mail
/ dzien dobry|szanowni panstwo|szanowna pani|szanowny panie|witam|czesc /
serdecznie|z / pozdrawiam|pozdrowienia|powazaniem|wyrazami szacunku|pozdrowieniami / serdecznie
/ dziekuje|dziekuje bardzo|dziekujemy / za|panstwa|twoja|twoj|pani|pana|wiadomosc|mail|maila|e mail|\
zrozumienie|i
{_POLISH}|i / jestem|bede|przebywam|wracam|wroce|jestesmy / nieobecny|nieobecna|niedostepny|niedostepna|\
biurze|pracy|poza|biurem|na|urlopie|zwolnieniu|lekarskim|macierzynskim|wypoczynkowym|rodzicielskim|delegacji|\
ponownie|znowu|dostepny|dostepna|do|{_POLISH}
i|z / nie mam dostepu|nie bede mial dostepu|nie bede miala dostepu|mam ograniczony dostep|\
ograniczonym dostepem|bede mial ograniczony dostep|bede miala ograniczony dostep|bez dostepu / do|poczty|\
elektronicznej|maili|e maili|skrzynki|mailowej|mojej
i / odpowiem|odpisze|przeczytam|skontaktuje sie / na|z|panstwa|panstwem|twoja|pani|pana|wiadomosc|wiadomosci|\
mail|maila|maile|e mail|po|powrocie|moim|tak|szybko|jak|to|mozliwe|najszybciej|niezwlocznie|urlopu|\
z urlopu|{_POLISH}
/ panstwa wiadomosc|twoja wiadomosc|wiadomosc|wiadomosci / nie|zostanie|zostana|bedzie|beda|przekazana|\
przekazane|przekierowana|przekierowane|i
/ w pilnych sprawach|w sprawach pilnych|w razie pilnej potrzeby|w pilnych przypadkach|\
w naglych przypadkach / prosze|prosimy|o|kontakt|z|ze|kontaktowac|skontaktowac|sie|mozna|moim|moja|kolega|\
kolezanka|zespolem|pisac|na|adres|lub|tel|pod|numerem|{_POLISH}
/ biuro jest nieczynne|nasze biuro jest nieczynne|biuro jest zamkniete / {_POLISH}
/ to jest|jest to|ta wiadomosc / automatyczna|odpowiedz|wiadomosc|zostala|wygenerowana|automatycznie
"""
