from storage.models.attachment import Attachment
from storage.models.base import Base
from storage.models.load import Load
from storage.models.member import Member
from storage.models.organization import Organization

__all__ = ["Attachment", "Base", "Load", "Member", "Organization"]
