"""What a person reads, however sure the search is: commands, secrets, other people's data, threats.

The patterns are written as `folding.fold` leaves a text: "für" is "fur", "sue" is "su", "don't" is "don t".
"""

import re
from collections.abc import Iterable

from bot.domain.faq import Barrier
from bot.domain.languages import is_foreign
from bot.faq.folding import fold

LONGEST = 20_000  #: characters of one message; a longer one is no question

_SOMEBODY = (
    r"(?:(?:my |the |our |a |an |another |meine[mnrs]? |meine |der |des |dem |eine[mnrs]? |eine |unsere[mnrs]? |unsere |"
    r"ander\w* |other )*(?:boss|chef\w*|manager\w*|vorgesetzt\w*|colleag\w*|kolleg\w*|coworker\w*|employee\w*"
    r"|mitarbeit\w*|user\w*|benutzer\w*|nutzer\w*|customer\w*|kunde\w*|competitor\w*|konkurren\w*|wettbewerb\w*|ceo"
    r"|wife|husband|ehefrau|partner|admin\w*|people|leute|person\w*|everyone|all|alle\w*|jeman\w*|someone|somebody"
    r"|mr|ms|mrs|herrn?|frau|him|her|ihm|ihr|sein\w*)|\S+@\S+)"
)
_SECRET = r"(?:pass(?:word|wort)s?|kennwort\w*|licen[cs]e keys?|lizenzschlussel\w*|keys?|schlussel|admin\w* credentials|secrets?|otp codes?|seeds?)"
_DATA = (
    r"(?:accounts?|konto\w*|konten|data|daten|details|addresse?s?|adressen?|e ?mail\w*|phones?|phone numbers?|numbers?"
    r"|nummern?|telefon\w*|handynummer\w*|mobilnummer\w*|user ids?|userids?|user names?|benutzername\w*|logins?|role|rolle"
    r"|last login|profile?|security questions?|sicherheitsfrage\w*|codes?)"
)
_HAND_OVER = (
    r"(?:send|give|tell|show|e ?mail|text|forward|reveal|provide|print|disclose|list|look up|read out|export"
    r"|schicke?n?|schickst|sende[nt]?|gib|gebt|geben|nenn\w*|sage?n?|sagst|zeige?n?|zeigst|verrat\w*|mitteil\w*|teile?n?"
    r"|listen?|exportier\w*)"
)
_ASKING = r"(?:how|where|wie|wo|whether|ob|which|welche\w*|when|wann|if|what|was|why|warum|who|wer)"
_UP_TO = r"(?:(?!{asking}\b)\w+ ){{0,{many}}}"
_GAP = _UP_TO.format(asking=_ASKING, many=5)
_ACT = (
    r"(?:disable|deactivate|switch off|turn off|remove|bypass|delete|unlock|approve|grant|elevate|reset|change|set|make"
    r"|extend|activate|add|entsperr\w*|losch\w*|deaktivier\w*|schalt\w*|setz\w*|genehmig\w*|umgeh\w*|entfern\w*|ander\w*"
    r"|aktivier\w*|verlanger\w*|mach\w*|gib|freischalt\w*)"
)
_BEGINS = r"(?:^|[.!?:,;\n] ?|please |bitte |now |sofort |jetzt |und |and )"

_COMMAND = (
    r"\b(?:ignor\w*|disregard|forget|override|vergiss|vergessen sie|missacht\w*|ubergeh\w*) (?:\w+ ){0,5}"
    r"(?:instruction\w*|rules?|prompt\w*|guideline\w*|anweisung\w*|instruktion\w*|regeln|vorgaben)\b",
    r"\b(?:system ?prompt|systemprompt|(?:your|deine?n?|ihre?n?) (?:\w+ )?(?:prompt|instructions|anweisungen|konfiguration))\b",
    r"\b(?:you are now|from now on you|du bist (?:jetzt|nun|ab sofort)|act as|pretend (?:to|that|you)|tu so als"
    r"|developer mode|entwicklermodus|jailbreak|dan mode|debug mode|debugmodus)\b",
    r"<\s*/?\s*[a-z]+\s*>|\{\{|\$\{|\bselect\b.{1,80}\bfrom\b|\bdrop table\b|\bunion select\b|\brm -rf\b",
    r"(?:^|[\s>])(?:assistant|system|user|assistent)\s?: ?\w",
    r"\b(?:ceo|geschaftsfuhr\w*|vorstand)\b.{0,20}\b(?:said|says|order\w*|wants|told|sagt\w*|will|angeordnet|angewiesen|befohlen)\b",
    rf"{_BEGINS}{_ACT} (?:\w+ ){{0,6}}(?:for|of|from|fur|von|vom|bei|beim|at|meine[rs]|unsere[rs]|eine[rs]|des) {_SOMEBODY}",
    rf"{_BEGINS}{_ACT} {_SOMEBODY}",
    r"\b(?:admin\w*|root|superuser) ?(?:rights|access|rechte|privilege\w*|role|rolle)\b",
    r"\b(?:mark|set|setze?|markier\w*) (?:\w+ ){0,4}(?:as|als) (?:approved|genehmigt|verified|verifiziert|resolved)\b",
)
_SECRETS = (
    rf"\b{_HAND_OVER} (?:\w+ )?(?:me|us|mir|uns|it to me|here|hier) {_GAP}{_SECRET}\b",
    rf"\b{_HAND_OVER} (?:\w+ )?{_GAP}{_SECRET} (?:\w+ )?(?:to me|to us|an mich|an uns|mit|raus|heraus|per mail|by mail|by email)\b",
    rf"\b(?:reveal|disclose|print|list|show|verrat\w*|zeig\w*) {_GAP}{_SECRET}\b",
    rf"\b(?:what is|what s|whats|wie lautet|wie ist|was ist) (?:\w+ )?(?:my|the|his|her|their|our|mein\w*|sein\w*|ihr\w*|unser\w*|das|der"
    rf"|current|aktull\w*) (?:\w+ )?(?:pass(?:word|wort)|kennwort|licen[cs]e key|lizenzschlussel)\b(?! (?:polic|rule|require|length|histor))",
    rf"{_SECRET} (?:\w+ ){{0,3}}(?:und|and) (?:schick\w*|send\w*|mail\w*|gib\w*|give) (?:\w+ ){{0,2}}(?:me|mir|uns|us)\b",
)
_SOMEBODY_ELSE = (
    rf"\b{_HAND_OVER} {_GAP}(?:{_DATA}|{_SECRET}) (?:\w+ ){{0,2}}(?:of|from|for|belong\w* to|von|vom|fur|zu) {_SOMEBODY}",
    rf"\b(?:what|which|wie|welche\w*|was) (?:\w+ ){{0,4}}{_DATA} (?:\w+ ){{0,4}}(?:of|from|has|have|von|vom|hat|haben) {_SOMEBODY}",
    rf"\b(?:is|has|did|when|why|since when|ist|hat|wann|warum|seit wann) (?:\w+ ){{0,4}}{_DATA} (?:of|von|vom) {_SOMEBODY}",
    r"\b(?:list|show|export|give me|send me|name|zeig\w*|list\w*|nenn\w*|gib mir|schick\w*) (?:\w+ ){0,2}(?:all|every|alle\w*|samtliche\w*)"
    r" (?:\w+ ){0,2}(?:users?|accounts?|benutzer\w*|konten|customers?|kunden|partners?|e ?mail\w*|adress\w*|logins?)\b",
    r"\b(?:into|in) (?:his|her|their|(?:the |dem |das |my |meines |meiner )?(?:boss|chef\w*|colleag\w*|kolleg\w*) ?s?) (?:account|konto)\b",
    rf"\b(?:log in|login|sign in|anmelden|einloggen) (?:as|als) {_SOMEBODY}",
)
_LOST_FACTOR = (
    r"\b(?:authenticator\w*|mfa|2fa|zweit\w* faktor\w*|second factor)\b.{0,60}\b(?:remov\w*|reset\w*|delet\w*|losch\w*|gelosch\w*|zurucksetz\w*"
    r"|kaputt|broken|lost|verlor\w*|gestohlen|stolen|dead|defekt|entfern\w*|disable\w*|deaktivier\w*)\b",
    r"\b(?:remov\w*|reset\w*|delet\w*|losch\w*|disabl\w*|deaktivier\w*|entfern\w*|lost|broken|verlor\w*|kaputt\w*)\b.{0,30}\b(?:authenticator\w*|mfa)\b",
    r"\b(?:both|all|beide\w*|alle) (?:\w+ ){0,3}(?:phones|handys|telefone|nummern|numbers)\b.{0,30}\b(?:lost|stolen|gone|verlor\w*|gestohlen|weg)\b",
)
_SECURITY = (
    r"\b(?:hack\w*|gehackt\w*|phish\w*|stolen|gestohlen\w*|geklaut\w*|breach\w*|compromis\w*|kompromit\w*|malware|ransomware|trojan\w*"
    r"|unauthori[sz]ed|unbefugt\w*|suspicious\w*|verdachtig\w*|fraud\w*|betrug\w*|betrug|leaked|datenleck|vulnerabilit\w*"
    r"|sicherheitslucke\w*|exploit\w*|missbrauch\w*|abuse\w*|security incident|sicherheitsvorfall)\b",
    r"\b(?:(?:was not|wasn t|not) (?:me|by me|requested by me)|(?:nicht|war das nicht) (?:von mir|ich)|did not request|didn t request"
    r"|nicht angefordert|habe ich nie angefordert)\b",
    r"\b(?:somebody|someone|jemand\w*|fremd\w*) (?:\w+ ){0,3}(?:logged in|log\w* in|signed in|angemeldet|eingeloggt|has access|zugriff)\b",
)
_LEGAL = (
    r"\b(?:lawyer\w*|attorney\w*|solicitor\w*|legal (?:action|steps|department|proceedings)|su|suing|lawsuit\w*|anwalt\w*|rechtsanwalt\w*"
    r"|anwaltlich\w*|klage|verklag\w*|vor gericht|in court|to court|gerichtlich\w*|rechtliche\w* schritt\w*|rechtsabteilung|strafanzeige"
    r"|schadens?ersatz\w*|liable|haftbar|aufsichtsbehord\w*|datenschutzbehord\w*|data protection authority|abmahn\w*|juristisch\w*)\b",
)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns))


#: the first that applies is the reason
_BARRIERS = (
    (Barrier.LEGAL, _any(_LEGAL)),
    (Barrier.SECURITY, _any(_SECURITY)),
    (Barrier.LOST_FACTOR, _any(_LOST_FACTOR)),
    (Barrier.SECRET, _any(_SECRETS)),
    (Barrier.SOMEBODY_ELSE, _any(_SOMEBODY_ELSE)),
    (Barrier.COMMAND, _any(_COMMAND)),
)


def barrier(message: str, said: str) -> Barrier | None:
    """Why a person has to read it, None where nobody has to.

    `message`: as it came. `said`: the sender's own words of it.
    """
    if len(message) > LONGEST:
        return Barrier.TOO_LONG
    if is_foreign(said):
        return Barrier.LANGUAGE
    folded = " ".join(fold(said).split())
    return next((reason for reason, pattern in _BARRIERS if pattern.search(folded)), None)
