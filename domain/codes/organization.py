from domain.codes.code_list import CodeList


class OrganizationKind(CodeList):
    """党组织类别, from the top of the tree down."""

    PROVINCE = "PROVINCE", "省委", "province committee"
    CITY = "CITY", "市委", "city committee"
    COUNTY = "COUNTY", "县委", "county committee"
    GRASSROOTS_COMMITTEE = "GRASSROOTS_COMMITTEE", "基层党委", "grassroots committee"
    GENERAL_BRANCH = "GENERAL_BRANCH", "党总支", "general branch"
    BRANCH = "BRANCH", "党支部", "branch"
