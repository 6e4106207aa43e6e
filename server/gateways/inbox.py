"""演示收件箱 as a gateway: a message is delivered by staying where it is, in the outbox, which `/inbox` shows."""

from domain.ports import Answer, DeliverableMessage, Delivery


class Inbox:
    keeps_text = True

    async def deliver(self, message: DeliverableMessage) -> Delivery:  # noqa: ARG002 # it is there already
        return Delivery(Answer.TAKEN)

    async def close(self) -> None:
        """Has nothing open."""
