from domain.codes.code_list import CodeList


class StatisticsDimension(CodeList):
    """统计维度: what members are counted by (`domain/statistics.py`)."""

    GENDER = "GENDER", "性别", "gender"
    ETHNICITY = "ETHNICITY", "民族", "ethnicity"
    HAN_OR_MINORITY = "HAN_OR_MINORITY", "汉族与少数民族", "Han or an ethnic minority"
    EDUCATION = "EDUCATION", "学历", "education"
    CATEGORY = "CATEGORY", "人员类别", "formal or probationary"
    AGE_BAND = "AGE_BAND", "年龄段", "band of completed years today, in Asia/Shanghai"
    JOIN_PERIOD = "JOIN_PERIOD", "入党时期", "period of history in which the member joined"
    WORK_POSITION = "WORK_POSITION", "工作岗位", "work position"
    STATUS = "STATUS", "党籍状态", "membership status"
    LOST_CONTACT = "LOST_CONTACT", "是否为失联党员", "lost contact"
    FLOATING = "FLOATING", "是否流动党员", "floating member"
    REAL_NAME_STATUS = "REAL_NAME_STATUS", "认证状态", "real-name status"


class ChartFormat(CodeList):
    """图表格式: as what a chart is drawn."""

    SVG = "SVG", "矢量图", "a picture that stays sharp at any size"
    PNG = "PNG", "点阵图", "a picture in pixels, for documents and messages"
