"""推送: when it stops and why, and what officers do about it while it runs."""

import asyncio

from domain.codes import Role
from domain.masking import MASKS
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from tests.api.test_partners import changed
from tests.asking import Caller
from tests.editing import Officer, change
from tests.gateway import answers, eventually, hangs
from tests.oracle import Register
from tests.receiver import Receiver
from tests.server.webhooks.test_delivering import DOCUMENT, taken
from tests.webhooks import Office, delivering, office_over, patient, set_address


def top_officer(office: Office, top: OrganizationRecord) -> Officer:
    return Officer(office.api.as_(top, Role.SECURITY_OFFICER))


async def test_a_field_that_is_masked_between_two_changes_is_told_masked(
    office: Office, receiver: Receiver, province_committee: OrganizationRecord, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url, document=DOCUMENT)
    async with delivering(office):
        set_address(office, inside, "济南市历下区一号")
        await taken(receiver, 1)
        masked = change("Member.homeAddress", role=Role.PARTNER, read="MASKED")
        await top_officer(office, province_committee).edits(masked)
        set_address(office, inside, "济南市历下区二号")
        await taken(receiver, 2)
    shown = [each["member"]["homeAddress"] for each in receiver.changes]
    assert shown == ["济南市历下区一号", MASKS["home_address"]("济南市历下区二号")]


async def test_a_field_that_is_hidden_between_two_changes_stops_it_before_the_second(
    office: Office, receiver: Receiver, province_committee: OrganizationRecord, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url, document=DOCUMENT)
    async with delivering(office):
        set_address(office, inside, "第一")
        await taken(receiver, 1)
        officer = top_officer(office, province_committee)
        await officer.edits(change("Member.phone", role=Role.PARTNER, read="HIDDEN"))
        set_address(office, inside, "第二")
        webhook = await office.until(state=lambda state: state == "DISABLED")
        assert (webhook["lastError"], webhook["lastFields"]) == ("FIELD_HIDDEN", ["Member.phone"])
        assert "Member.phone" in webhook["message"]
        refused = (await office.does("enableWebhook"))["errors"]
        assert [(error["code"], error["path"]) for error in refused] == [("FIELD_HIDDEN", ["document"])]
        await office.sets(receiver.url, document="subscription { changes { changedFields member { homeAddress } } }")
        await office.does("enableWebhook")
        await taken(receiver, 2)
    assert len(receiver.asked) == 2
    assert receiver.changes[-1] == {"changedFields": ["homeAddress"], "member": {"homeAddress": "第二"}}


async def test_of_a_field_that_nobody_may_see_no_change_is_told(
    office: Office, receiver: Receiver, province_committee: OrganizationRecord, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url)
    await top_officer(office, province_committee).edits(change("Member.homeAddress", role=Role.PARTNER, read="HIDDEN"))
    async with delivering(office):
        set_address(office, inside, "不可见")
        office.execute(f"UPDATE members SET home_address = '也不', phone = NULL WHERE id = {inside.id}")
        [told] = await taken(receiver, 1)
    assert told["changedFields"] == ["phone"]


async def test_a_partner_that_is_shut_out_is_sent_nothing_more(
    office: Office, receiver: Receiver, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url)
    async with delivering(office):
        set_address(office, inside, "第一")
        await taken(receiver, 1)
        await changed(office.officer, "suspendPartner", id=office.partner["id"])
        await asyncio.sleep(0.6)  # who stands behind it is known as it was half a second ago
        set_address(office, inside, "第二")
        webhook = await office.until(state=lambda state: state == "DISABLED")
        assert webhook["lastError"] == "PARTNER_SHUT_OUT"
        assert (await office.does("enableWebhook"))["errors"][0]["code"] == "WRONG_STATE"
        await changed(office.officer, "resumePartner", id=office.partner["id"])
        assert len(receiver.asked) == 1
        assert (await office.does("enableWebhook"))["errors"] == []
        await taken(receiver, 2)


async def test_other_scopes_stop_it_until_an_officer_has_seen_to_it(
    office: Office, receiver: Receiver, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url)
    async with delivering(office):
        await changed(office.officer, "setPartnerScopes", id=office.partner["id"], scopes=["CHANGES_READ"])
        await asyncio.sleep(0.6)
        set_address(office, inside, "第一")
        webhook = await office.until(state=lambda state: state == "DISABLED")
        assert webhook["lastError"] == "SCOPE_CHANGED"
        assert receiver.asked == []
        assert (await office.does("enableWebhook"))["errors"] == []


async def test_an_organisation_that_leaves_the_scope_stops_it(
    office: Office, receiver: Receiver, register: Register, inside: MemberRecord, outside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url, organizationId=encoded("Organization", inside.branch_id))
    there = register.organizations[outside.branch_id]
    async with delivering(office):
        place = f"{there.path}{inside.branch_id}/"
        office.execute(
            f"UPDATE organizations SET parent_id = {there.id}, path = '{place}' WHERE id = {inside.branch_id}"
        )
        office.execute(f"UPDATE members SET org_path = '{place}' WHERE branch_id = {inside.branch_id}")
        webhook = await office.until(state=lambda state: state == "DISABLED")
    assert webhook["lastError"] == "SCOPE_CHANGED"
    assert receiver.asked == []


async def test_what_is_not_kept_any_more_is_said_and_it_begins_where_it_is_told_to(
    office: Office, receiver: Receiver, county: OrganizationRecord, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url)
    await office.does("pauseWebhook")
    async with delivering(office):
        set_address(office, inside, "第一", "第二")
        partner = office.api.as_(county)
        await eventually(lambda: has_changes(partner, 2))
        office.execute("UPDATE change_feed SET forgotten = 2; DELETE FROM change_events")
        refused = (await office.does("enableWebhook"))["errors"]
        assert [(error["code"], error["path"]) for error in refused] == [("CURSOR_EXPIRED", ["after"])]
        office.execute("UPDATE webhooks SET state = 'ACTIVE'")
        webhook = await office.until(state=lambda state: state == "DISABLED")
        assert webhook["lastError"] == "CURSOR_EXPIRED"
        assert "`after` or `fromNow`" in webhook["message"]
        both = (await office.does("enableWebhook", after=webhook["cursor"], fromNow=True))["errors"]
        assert [error["code"] for error in both] == ["AFTER_AND_FROM_NOW"]
        assert (await office.does("enableWebhook", fromNow=True))["webhook"]["lag"] == 0
        set_address(office, inside, "第三")
        assert len(await taken(receiver, 1)) == 1


async def has_changes(caller: Caller, number: int) -> bool:
    found = await caller.ask("{ changes { totalCount } }")
    return bool(found["changes"]["totalCount"] >= number)


async def test_who_is_paused_is_sent_nothing_and_then_what_was_missed(
    office: Office, receiver: Receiver, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url)
    async with delivering(office):
        set_address(office, inside, "第一")
        await taken(receiver, 1)
        await office.does("pauseWebhook")
        set_address(office, inside, "第二", "第三")
        await office.until(lag=lambda lag: lag >= 2)
        assert len(receiver.changes) == 1
        await office.does("enableWebhook")
        told = await taken(receiver, 3)
    assert len({each["cursor"] for each in told}) == 3


async def test_both_secrets_sign_while_they_overlap(office: Office, receiver: Receiver, inside: MemberRecord) -> None:
    first = await office.sets(receiver.url)
    second = (await office.does("rotateWebhookSecret", overlapHours=1))["secret"]
    assert first != second
    async with delivering(office):
        for number, secret in enumerate((first, second), start=1):
            receiver.secret = secret
            set_address(office, inside, str(number))
            await taken(receiver, number)
            await office.until(lag=lambda lag: lag == 0)
        third = (await office.does("rotateWebhookSecret", overlapHours=0))["secret"]
        receiver.secret = third
        set_address(office, inside, "第三")
        await taken(receiver, 3)
    assert [len(asked.headers["webhook-signature"].split()) for asked in receiver.asked] == [2, 2, 1]


async def test_a_test_is_sent_whatever_the_state_and_what_came_of_it_is_told(
    office: Office, receiver: Receiver
) -> None:
    receiver.secret = await office.sets(receiver.url)
    await office.does("pauseWebhook")
    async with delivering(office):
        for behaviour, error, status in ((None, None, 200), (answers(403), "STATUS", 403), (hangs(), "TIMEOUT", None)):
            receiver.behaves.extend([behaviour] if behaviour else [])
            await office.does("testWebhook")
            webhook = await office.until(testAnsweredAt=lambda at: at is not None)
            assert (webhook["testError"], webhook["testStatus"], webhook["state"]) == (error, status, "PAUSED")
    assert [asked.body["type"] for asked in receiver.asked] == ["webhook.test"] * 3
    assert len(set(receiver.ids)) == 3


async def test_another_address_takes_what_the_first_did_not(
    own_province_url: str, county: OrganizationRecord, receiver: Receiver, inside: MemberRecord
) -> None:
    """Also while the next attempt is far away."""
    async with office_over(own_province_url, county, patient(longest_wait=600.0)) as office:
        receiver.secret = await office.sets("http://127.0.0.1:1/")
        async with delivering(office):
            set_address(office, inside, "第一")
            await office.until(lastError=lambda last: last == "CONNECTION_FAILED")
            await office.sets(receiver.url)
            assert len(await taken(receiver, 1)) == 1


async def test_who_has_lost_its_secret_stops_and_goes_on_with_another(
    office: Office, receiver: Receiver, inside: MemberRecord
) -> None:
    """As after the server's own secret was replaced."""
    await office.sets(receiver.url)
    office.execute("UPDATE webhooks SET secret = replace(secret, '.', '.A')")
    async with delivering(office):
        set_address(office, inside, "第一")
        webhook = await office.until(state=lambda state: state == "DISABLED")
        assert webhook["lastError"] == "SECRET_LOST"
        receiver.secret = (await office.does("rotateWebhookSecret"))["secret"]
        await office.does("enableWebhook")
        await taken(receiver, 1)


async def test_what_is_sent_anew_on_purpose_is_no_repetition(
    office: Office, receiver: Receiver, inside: MemberRecord
) -> None:
    """A receiver that skips the ids it knows gets what an officer wants sent again."""
    receiver.secret = await office.sets(receiver.url)
    begins = (await office.webhook())["cursor"]
    async with delivering(office):
        set_address(office, inside, "第一")
        await office.until(lag=lambda lag: lag == 0, deliveredAt=lambda at: at is not None)
        await office.does("pauseWebhook")
        await office.does("enableWebhook", after=begins)
        await eventually(lambda: len(receiver.taken) == 2)
    first, again = receiver.asked
    assert first.body["data"] == again.body["data"]
