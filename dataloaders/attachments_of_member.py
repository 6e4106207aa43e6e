from collections.abc import Sequence

from aiodataloader import DataLoader

from dataloaders.batching import loader_of
from domain.records import AttachmentRecord
from storage.engine import Database
from storage.members import attachments_of_members

AttachmentsOfMember = DataLoader[int, Sequence[AttachmentRecord]]


def attachments_of_member(database: Database, scope: str) -> AttachmentsOfMember:
    """Member id → the member's attachments, oldest first."""
    return loader_of(lambda ids: attachments_of_members(database, scope, ids), ())
