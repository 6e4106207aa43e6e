"""预备期: how long a member is on probation before becoming formal."""

from datetime import date

# The party constitutions of the 9th and 10th congresses knew no probation.
NO_PROBATION_FROM = date(1969, 4, 15)
NO_PROBATION_UNTIL = date(1977, 8, 17)


def joined_without_probation(joined_on: date) -> bool:
    """Who joined between 1969-04-15 and 1977-08-17, both days included, was a formal member from that day."""
    return NO_PROBATION_FROM <= joined_on <= NO_PROBATION_UNTIL


def is_shorter_than_a_year(joined_on: date, formal_on: date) -> bool:
    """Whether a year's probation was not over yet.

    A year ends on the day of the same date; for 29 February in a common year, on the last day of the month
    (Civil Code, article 202).
    """
    last_day = 28 if (joined_on.month, joined_on.day) == (2, 29) else joined_on.day
    return (formal_on.year - 1, formal_on.month, formal_on.day) < (joined_on.year, joined_on.month, last_day)
