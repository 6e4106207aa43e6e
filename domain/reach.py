from domain.codes import CodeList


class Reach(CodeList):
    """范围: which members belong to an organisation for a question."""

    SUBTREE = "SUBTREE", "本级及下级", "the organisation and all below it"
    DIRECT = "DIRECT", "本级", "the organisation alone"
