"""What every chat must do for the outbox and the staff list."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.slack import SlackChat, build_client
from bot.domain.errors import MessageLocked, PermanentFailure, TransientFailure, UnknownOutcome
from bot.ports import Chat, ChatMessage, Picture
from bot.sandbox.slack import SlackServer, Workspace
from bot.settings import load

pytestmark = pytest.mark.slow

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHANNEL = "C0APPROVALS"
AVERY, CASEY, DANA, ELI = "U0AVERY0001", "U0CASEY0001", "U0DANA00001", "U0ELI000001"
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "Case *C-7*", "verbatim": True}}]
CARD = ChatMessage(channel=CHANNEL, key="case:7:card", text="Case C-7", blocks=BLOCKS)


@dataclass
class Room:
    """A chat and the workspace behind it, which goes wrong when told to."""

    chat: Chat
    workspace: Workspace
    time: datetime = field(default=NOON)


def settings_for(workspace: Workspace, api_url: str) -> dict[str, object]:
    return {
        "imap_host": "localhost",
        "imap_user": "desk@example.com",
        "imap_password": "x",
        "smtp_host": "localhost",
        "mail_from": "desk@example.com",
        "support_address": "help@example.com",
        "slack_bot_token": workspace.bot_token,
        "slack_app_token": workspace.app_token,
        "slack_api_url": api_url,
        "slack_approvals_channel": CHANNEL,
        "slack_support_channel": "C0SUPPORT01",
        "slack_staff": AVERY,
        "slack_approvers": AVERY,
        "secret_key": "0123456789abcdef" * 2,
        # a proxy nobody serves: what goes to loopback must not take it
        "https_proxy": "http://127.0.0.1:9",
    }


@contextmanager
def slack_in_the_sandbox() -> Iterator[Room]:
    workspace = Workspace(now=lambda: NOON)
    with SlackServer(workspace) as server:
        settings = load(settings_for(workspace, server.api_url), env_file=None)
        rooms: list[Room] = []
        chat = SlackChat(build_client(settings), now=lambda: rooms[0].time)
        rooms.append(Room(chat, workspace))
        yield rooms[0]


#: Every chat there is; another one joins here.
ROOMS = [pytest.param(slack_in_the_sandbox, id="slack")]


@pytest.fixture(params=ROOMS)
def room(request: pytest.FixtureRequest) -> Iterator[Room]:
    start: Callable[[], AbstractContextManager[Room]] = request.param
    with start() as running:
        yield running


def test_it_knows_who_it_is(room: Room) -> None:
    assert room.chat.check() == "U0USHER0001"


def test_a_post_stands_in_its_channel_with_text_and_blocks(room: Room) -> None:
    ts = room.chat.post(CARD)
    (posted,) = room.workspace.messages("approvals")

    assert posted["ts"] == ts
    assert posted["text"] == "Case C-7"
    assert posted["blocks"][0]["text"]["text"] == "Case *C-7*"


def test_a_reply_stands_in_its_thread(room: Room) -> None:
    parent = room.chat.post(CARD)
    ts = room.chat.post(replace(CARD, key="case:7:note", text="Done", blocks=[], thread_ts=parent))

    assert [one["ts"] for one in room.workspace.messages("approvals", thread_ts=parent)] == [parent, ts]


def test_a_message_without_blocks_is_its_text(room: Room) -> None:
    room.chat.post(replace(CARD, blocks=[]))

    assert room.workspace.messages("approvals")[0]["text"] == "Case C-7"


def test_a_changed_message_stays_where_it_was_and_keeps_its_key(room: Room) -> None:
    ts = room.chat.post(CARD)
    room.chat.update(replace(CARD, text="Case C-7: approved"), ts)
    (posted,) = room.workspace.messages("approvals")

    assert (posted["ts"], posted["text"]) == (ts, "Case C-7: approved")
    assert room.chat.find(CARD) == ts


def test_a_post_is_found_by_its_key_among_others(room: Room) -> None:
    room.chat.post(replace(CARD, key="case:6:card"))
    ts = room.chat.post(CARD)
    room.chat.post(replace(CARD, key="case:8:card"))
    room.workspace.act("avery").say("approvals", "case:7:card")

    assert room.chat.find(CARD) == ts
    assert room.chat.find(replace(CARD, key="case:9:card")) is None


def test_a_reply_is_found_in_its_thread_only(room: Room) -> None:
    parent = room.chat.post(CARD)
    note = replace(CARD, key="case:7:note", thread_ts=parent)
    ts = room.chat.post(note)

    assert room.chat.find(note) == ts
    assert room.chat.find(replace(note, thread_ts="")) is None


def test_a_reply_is_found_in_a_long_thread(room: Room) -> None:
    parent = room.chat.post(CARD)
    note = replace(CARD, key="", blocks=[], thread_ts=parent)
    for number in range(205):
        room.chat.post(replace(note, key=f"note:{number}"))

    assert room.chat.find(replace(note, key="note:204")) is not None


def test_a_post_is_found_below_all_that_was_posted_since(room: Room) -> None:
    """As many as wait after an outage; of two with its key the newest counts."""
    room.chat.post(CARD)
    ts = room.chat.post(CARD)
    for number in range(205):
        room.chat.post(replace(CARD, key=f"other:{number}"))

    assert room.chat.find(CARD) == ts


def test_a_post_whose_answer_got_lost_is_unknown_and_found_again(room: Room) -> None:
    room.workspace.faults.cut_after("chat.postMessage")
    with pytest.raises(UnknownOutcome):
        room.chat.post(CARD)

    assert len(room.workspace.messages("approvals")) == 1  # and not two: nothing repeats it blindly
    assert room.chat.find(CARD) == room.workspace.messages("approvals")[0]["ts"]


def test_a_post_cut_off_before_it_happened_is_not_found(room: Room) -> None:
    room.workspace.faults.cut_before("chat.postMessage")
    with pytest.raises(UnknownOutcome):
        room.chat.post(CARD)

    assert room.chat.find(CARD) is None


def test_a_servers_fault_leaves_a_post_unknown(room: Room) -> None:
    room.workspace.faults.server_error("chat.postMessage", status=503)
    with pytest.raises(UnknownOutcome):
        room.chat.post(CARD)


@pytest.mark.parametrize("error", ["fatal_error", "internal_error"])
def test_where_slack_is_not_sure_itself_a_post_is_unknown(room: Room, error: str) -> None:
    room.workspace.faults.refuse("chat.postMessage", error)
    with pytest.raises(UnknownOutcome):
        room.chat.post(CARD)


def test_a_change_whose_answer_got_lost_is_simply_made_again(room: Room) -> None:
    ts = room.chat.post(CARD)
    room.workspace.faults.cut_after("chat.update")
    room.chat.update(replace(CARD, text="again"), ts)

    assert room.workspace.messages("approvals")[0]["text"] == "again"


def test_slack_away_is_a_failure_to_come_back_from(room: Room) -> None:
    ts = room.chat.post(CARD)
    room.workspace.faults.go_down()
    with pytest.raises(TransientFailure):
        room.chat.check()
    with pytest.raises(TransientFailure):
        room.chat.update(CARD, ts)
    with pytest.raises(TransientFailure):
        room.chat.find(CARD)
    room.workspace.faults.come_up()

    assert room.chat.find(CARD) == ts


def test_a_long_rate_limit_is_told_not_slept(room: Room) -> None:
    room.workspace.faults.rate_limit("chat.postMessage", retry_after=30)
    with pytest.raises(TransientFailure, match="patience") as caught:
        room.chat.post(CARD)

    assert caught.value.retry_after == 30
    assert room.workspace.messages("approvals") == []


def test_a_short_rate_limit_is_waited_out(room: Room) -> None:
    room.workspace.faults.rate_limit("chat.postMessage", retry_after=0)
    room.chat.post(CARD)

    assert len(room.workspace.messages("approvals")) == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("channel_not_found", "C0APPROVALS is not there"),
        ("not_in_channel", "invite it"),
        ("is_archived", "archived"),
        ("invalid_auth", "SLACK_BOT_TOKEN"),
        ("account_inactive", "install it anew"),
        ("invalid_blocks", "malformed"),
        ("some_new_error", "some_new_error"),
    ],
)
def test_a_refusal_is_for_good_and_names_its_mend(room: Room, error: str, words: str) -> None:
    room.workspace.faults.refuse("chat.postMessage", error)
    with pytest.raises(PermanentFailure, match=words) as caught:
        room.chat.post(CARD)

    assert room.workspace.bot_token not in str(caught.value)


def test_a_channel_that_is_not_there_is_named(room: Room) -> None:
    with pytest.raises(PermanentFailure, match="C0NOWHERE01 is not there"):
        room.chat.post(replace(CARD, channel="C0NOWHERE01"))


def test_changing_a_message_that_is_gone_is_refused_for_good(room: Room) -> None:
    with pytest.raises(PermanentFailure, match="gone"):
        room.chat.update(CARD, "1700000000.000001")


@pytest.mark.parametrize("error", ["edit_window_closed", "cant_update_message"])
def test_a_message_that_stays_as_it_is_is_told_from_one_that_is_gone(room: Room, error: str) -> None:
    ts = room.chat.post(CARD)
    room.workspace.faults.refuse("chat.update", error)
    with pytest.raises(MessageLocked, match=r"Slack refused while changing a message: the "):
        room.chat.update(CARD, ts)


def test_a_colleague_is_a_full_member_with_name_and_address(room: Room) -> None:
    member = room.chat.member(AVERY)

    assert (member.full, member.name, member.email) == (True, "avery", "avery@desk.example")


def test_a_name_with_half_a_sign_can_be_kept(room: Room) -> None:
    directory = room.workspace.directory
    directory.add_member(replace(directory.members[AVERY], handle="avery \ud83d"))

    assert room.chat.member(AVERY).name.encode() == "avery \ufffd".encode()


@pytest.mark.parametrize("user", [DANA, ELI, "U0USHER0001", "U0NOBODY001", "nonsense", ""])
def test_guests_strangers_bots_and_nobody_are_not_full_members(room: Room, user: str) -> None:
    assert not room.chat.member(user).full


def test_who_leaves_is_no_member_after_five_minutes(room: Room) -> None:
    assert room.chat.member(AVERY).full
    directory = room.workspace.directory
    directory.add_member(replace(directory.members[AVERY], deleted=True))

    assert room.chat.member(AVERY).full  # remembered
    room.time += timedelta(minutes=5)
    assert not room.chat.member(AVERY).full


def test_a_clock_put_back_does_not_lengthen_what_somebody_may(room: Room) -> None:
    assert room.chat.member(AVERY).full
    directory = room.workspace.directory
    directory.add_member(replace(directory.members[AVERY], deleted=True))
    room.time -= timedelta(hours=1)

    assert not room.chat.member(AVERY).full


def test_a_member_is_asked_for_once_in_five_minutes(room: Room) -> None:
    for _ in range(5):
        room.chat.member(AVERY)
        room.chat.resolve([AVERY, "S0APPROVERS", "blake@desk.example"])

    assert len(room.workspace.calls("usergroups.users.list")) == 1
    assert len(room.workspace.calls("users.lookupByEmail")) == 1
    assert len(room.workspace.calls("users.info")) <= 2


def test_ids_addresses_and_groups_become_user_ids(room: Room) -> None:
    assert room.chat.resolve(["casey@desk.example"]) == {CASEY}
    assert room.chat.resolve(["S0APPROVERS"]) == {AVERY, CASEY}
    assert room.chat.resolve([f"<@{AVERY}|avery>", "<!subteam^S0APPROVERS|@them>"]) == {AVERY, CASEY}
    assert room.chat.resolve([]) == frozenset()


@pytest.mark.parametrize("name", ["nobody@desk.example", "U0NOBODY001", "S0NOGROUP01", "Avery", "", "@"])
def test_unknown_names_are_left_out(room: Room, name: str) -> None:
    assert room.chat.resolve([name, AVERY]) == {AVERY}


def test_a_missing_scope_is_named(room: Room) -> None:
    room.workspace.scopes = {"chat:write"}
    with pytest.raises(PermanentFailure, match=r"scope users:read.*install it anew"):
        room.chat.member(AVERY)


def test_our_own_keys_are_listed_by_their_beginning_the_newest_first(room: Room) -> None:
    for number in range(250):  # more than a page of what Slack gives
        room.chat.post(replace(CARD, key=f"head:{number}" if number % 100 == 0 else f"other:{number}"))

    found = room.chat.list_keys(CHANNEL, "head:", most=5)
    assert [key for key, _ in found] == ["head:200", "head:100", "head:0"]
    assert [at for _, at in found] == sorted((at for _, at in found), reverse=True)
    assert room.chat.list_keys(CHANNEL, "head:", most=1) == found[:1]


def test_a_key_that_somebody_else_posts_is_none_of_ours(room: Room) -> None:
    metadata = {"event_type": "usher", "event_payload": {"key": "head:7"}}
    room.workspace.posts.add(
        room.workspace.channel_id("approvals"), {"user": AVERY, "text": "x", "metadata": metadata}
    )

    assert room.chat.list_keys(CHANNEL, "head:", most=5) == []


def test_one_person_is_written_to_directly_with_a_picture(room: Room) -> None:
    channel, _ = room.chat.write_to(AVERY, "The week", BLOCKS)
    picture = Picture(name="week.png", content=b"\x89PNG\r\n\x1a\n...", title="The week", alt="12 cases came")
    room.chat.send_picture(channel, picture)

    words, shared = room.workspace.messages("dm", member="avery")
    assert (words["text"], words["blocks"][0]["text"]["text"]) == ("The week", "Case *C-7*")
    assert (shared["files"][0]["title"], shared["files"][0]["alt_txt"]) == ("The week", "12 cases came")
    assert not room.workspace.messages("approvals")


def test_a_file_that_somebody_gave_is_fetched(room: Room) -> None:
    given = room.workspace.act("avery").attach("vouchers.csv", b"voucher;key\r\n")
    file = room.chat.fetch_file(given.id, most=100)

    assert (file.name, file.content) == ("vouchers.csv", b"voucher;key\r\n")


def test_a_file_that_is_gone_too_large_or_not_for_us_is_refused_for_good(room: Room) -> None:
    given = room.workspace.act("avery").attach("vouchers.csv", b"x" * 101)
    with pytest.raises(PermanentFailure, match="larger than 100 bytes"):
        room.chat.fetch_file(given.id, most=100)
    with pytest.raises(PermanentFailure, match="the file is gone"):
        room.chat.fetch_file("F0NOWHERE01", most=100)
    room.workspace.scopes = {"files:write"}
    with pytest.raises(PermanentFailure, match="files:read"):
        room.chat.fetch_file(given.id, most=200)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files-pri/T0-F0/vouchers.csv",
        "https://slack.com.evil.example/files-pri/T0-F0/vouchers.csv",
        "https://slack.com@evil.example/x",
        "http://files.slack.com/files-pri/T0-F0/vouchers.csv",
        "file:///etc/passwd",
        "",
    ],
)
def test_the_token_goes_nowhere_but_to_slack(room: Room, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack says so of files that lie with somebody else."""
    given = room.workspace.act("avery").attach("vouchers.csv", b"x")
    told = room.workspace.uploads.file_object(given) | {"url_private_download": url}
    monkeypatch.setattr(room.workspace.uploads, "file_object", lambda _: told)
    with pytest.raises(PermanentFailure, match="does not keep the file itself"):
        room.chat.fetch_file(given.id, most=100)


def test_a_picture_needs_its_scope(room: Room) -> None:
    room.workspace.scopes = {"chat:write"}
    channel, _ = room.chat.write_to(AVERY, "The week", [])
    with pytest.raises(PermanentFailure, match="files:write"):
        room.chat.send_picture(channel, Picture(name="week.png", content=b"x", title="", alt=""))
