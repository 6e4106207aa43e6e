from domain.codes.code_list import CodeList


class Gender(CodeList):
    """性别, GB/T 2261.1."""

    MALE = "MALE", "男", "male", "1"
    FEMALE = "FEMALE", "女", "female", "2"


class Education(CodeList):
    """学历, GB/T 4658-2006, the completed levels, highest first."""

    DOCTORATE = "DOCTORATE", "博士研究生", "doctorate", "11"
    MASTER = "MASTER", "硕士研究生", "master's degree", "14"
    BACHELOR = "BACHELOR", "大学本科", "bachelor's degree", "21"
    JUNIOR_COLLEGE = "JUNIOR_COLLEGE", "大学专科", "junior college", "31"
    SECONDARY_SPECIALIZED = "SECONDARY_SPECIALIZED", "中等专科", "secondary specialized school", "41"
    VOCATIONAL_HIGH_SCHOOL = "VOCATIONAL_HIGH_SCHOOL", "职业高中", "vocational high school", "44"
    SKILLED_WORKER_SCHOOL = "SKILLED_WORKER_SCHOOL", "技工学校", "skilled-worker school", "47"
    SENIOR_HIGH_SCHOOL = "SENIOR_HIGH_SCHOOL", "普通高中", "senior high school", "61"
    JUNIOR_HIGH_SCHOOL = "JUNIOR_HIGH_SCHOOL", "初中", "junior high school", "71"
    PRIMARY_SCHOOL = "PRIMARY_SCHOOL", "小学", "primary school", "81"
    OTHER = "OTHER", "其他", "other", "90"


class MemberCategory(CodeList):
    """人员类别."""

    FORMAL = "FORMAL", "正式党员", "formal member"
    PROBATIONARY = "PROBATIONARY", "预备党员", "probationary member"


class MembershipStatus(CodeList):
    """党籍状态 of a current member."""

    NORMAL = "NORMAL", "正常", "normal"
    PROBATION_EXTENDED = "PROBATION_EXTENDED", "延长预备期", "probation extended"
    UNDER_OBSERVATION = "UNDER_OBSERVATION", "留党察看", "kept in the party under observation"
    RETAINED_ABROAD = "RETAINED_ABROAD", "出国保留党籍", "membership retained while abroad"


class RealNameStatus(CodeList):
    """认证状态 of the real-name verification."""

    VERIFIED = "VERIFIED", "已认证", "verified"
    UNVERIFIED = "UNVERIFIED", "暂未认证", "not verified yet"
    FILED = "FILED", "已备案", "filed"


class RealNameVerdict(CodeList):
    """实名核验结果: what the population registry says of a name and an identity number."""

    MATCH = "MATCH", "一致", "a person of that name has that number"
    MISMATCH = "MISMATCH", "不一致", "the number is another person's"
    UNKNOWN_PERSON = "UNKNOWN_PERSON", "查无此人", "nobody has that number"
    UNAVAILABLE = "UNAVAILABLE", "暂时无法核验", "the registry gave no answer; nothing is known"


class FloatingDirection(CodeList):
    """流动方向 of a floating member, seen from the county of the branch."""

    WITHIN_COUNTY = "WITHIN_COUNTY", "县内流动", "within the county"
    WITHIN_CITY = "WITHIN_CITY", "市内跨县流动", "to another county of the city"
    WITHIN_PROVINCE = "WITHIN_PROVINCE", "省内跨市流动", "to another city of the province"
    OTHER_PROVINCE = "OTHER_PROVINCE", "跨省流动", "to another province"
    ABROAD = "ABROAD", "境外流动", "abroad"


class WorkPosition(CodeList):
    """工作岗位."""

    PARTY_AND_GOVERNMENT = "PARTY_AND_GOVERNMENT", "党政机关工作人员", "party or government staff"
    PUBLIC_INSTITUTION_MANAGEMENT = (
        "PUBLIC_INSTITUTION_MANAGEMENT",
        "事业单位管理人员",
        "management of a public institution",
    )
    PUBLIC_INSTITUTION_PROFESSIONAL = (
        "PUBLIC_INSTITUTION_PROFESSIONAL",
        "事业单位专业技术人员",
        "professional of a public institution",
    )
    STATE_ENTERPRISE_MANAGEMENT = (
        "STATE_ENTERPRISE_MANAGEMENT",
        "公有制企业管理人员",
        "management of a public enterprise",
    )
    STATE_ENTERPRISE_PROFESSIONAL = (
        "STATE_ENTERPRISE_PROFESSIONAL",
        "公有制企业专业技术人员",
        "professional of a public enterprise",
    )
    PRIVATE_ENTERPRISE_MANAGEMENT = (
        "PRIVATE_ENTERPRISE_MANAGEMENT",
        "非公有制企业管理人员",
        "management of a private enterprise",
    )
    PRIVATE_ENTERPRISE_PROFESSIONAL = (
        "PRIVATE_ENTERPRISE_PROFESSIONAL",
        "非公有制企业专业技术人员",
        "professional of a private enterprise",
    )
    SOCIAL_ORGANIZATION_STAFF = "SOCIAL_ORGANIZATION_STAFF", "社会组织从业人员", "staff of a social organisation"
    WORKER = "WORKER", "工勤技能人员", "worker"
    FARMER = "FARMER", "农牧渔民", "farmer, herder or fisher"
    VILLAGE_CADRE = "VILLAGE_CADRE", "村干部", "village cadre"
    COMMUNITY_WORKER = "COMMUNITY_WORKER", "社区工作者", "community worker"
    SELF_EMPLOYED = "SELF_EMPLOYED", "个体工商户", "self-employed trader"
    FLEXIBLE_EMPLOYMENT = "FLEXIBLE_EMPLOYMENT", "灵活就业人员", "flexibly employed"
    STUDENT = "STUDENT", "学生", "student"
    GRADUATE_YEAR_STUDENT = "GRADUATE_YEAR_STUDENT", "毕业年级学生", "graduate-year student"
    MILITARY = "MILITARY", "解放军武警", "military or armed police"
    RETIRED = "RETIRED", "离退休人员", "retired"
    UNEMPLOYED = "UNEMPLOYED", "待业人员", "unemployed"
    OTHER = "OTHER", "其他", "other"
