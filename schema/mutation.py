import strawberry

from schema.mutations.account_import import AccountImportMutations
from schema.mutations.accounts import AccountMutations
from schema.mutations.approvals import ApprovalMutations
from schema.mutations.designations import DesignationMutations
from schema.mutations.exports import ExportMutations
from schema.mutations.files import FileMutations
from schema.mutations.member_accounts import MemberAccountMutations
from schema.mutations.members import MemberMutations
from schema.mutations.partners import PartnerMutations
from schema.mutations.permissions import PermissionMutations
from schema.mutations.renaming import RenamingMutations
from schema.mutations.saved_queries import SavedQueryMutations
from schema.mutations.submissions import SubmissionMutations
from schema.mutations.transfers import TransferMutations
from schema.mutations.validation import ValidationMutations
from schema.mutations.webhooks import WebhookMutations


@strawberry.type(description="变更。What can be changed; each answers with what was changed, or with what is wrong.")
class Mutation(
    AccountMutations,
    AccountImportMutations,
    ApprovalMutations,
    ExportMutations,
    FileMutations,
    DesignationMutations,
    MemberAccountMutations,
    MemberMutations,
    PartnerMutations,
    PermissionMutations,
    RenamingMutations,
    SavedQueryMutations,
    SubmissionMutations,
    TransferMutations,
    ValidationMutations,
    WebhookMutations,
):
    """Each noun's mutations stand in a file of `schema/mutations/`."""
