"""生平: what has become by `day` of somebody born on a certain day. Such a life breaks no rule."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from domain.clock import age_on
from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    WorkPosition,
)
from domain.synthetic.chance import Value, Weighted, between, weighted
from domain.synthetic.contacts import address_in, phone_of
from domain.synthetic.files import portrait_key
from domain.synthetic.identities import Identity
from domain.synthetic.member import Place, SyntheticMember, years_after
from domain.synthetic.names import name_of

_ADULT = 18
_JOINING_DAYS = 17 * 365
_OPENED = datetime(2015, 1, 1, tzinfo=UTC)
_SECONDS_OF_A_DAY = 86_400

# fmt: off
_ETHNICITIES = weighted(Ethnicity, HAN=99.0, HUI=0.6, MAN=0.12, CHOSEN=0.05, MONGOL=0.05, ZHUANG=0.04, MIAO=0.04,
                                   TUJIA=0.03, UYGUR=0.02, YI=0.02, ZANG=0.01, KAZAK=0.01, DAI=0.01)
_EDUCATION_BY_BIRTH_YEAR = (
    # born before this year: how many have which education
    (1950, weighted(Education, PRIMARY_SCHOOL=45, JUNIOR_HIGH_SCHOOL=35, SENIOR_HIGH_SCHOOL=10,
                               SECONDARY_SPECIALIZED=6, JUNIOR_COLLEGE=3, BACHELOR=1)),
    (1970, weighted(Education, PRIMARY_SCHOOL=10, JUNIOR_HIGH_SCHOOL=40, SENIOR_HIGH_SCHOOL=22,
                               SECONDARY_SPECIALIZED=10, SKILLED_WORKER_SCHOOL=2, JUNIOR_COLLEGE=10, BACHELOR=5,
                               MASTER=0.8, DOCTORATE=0.2)),
    (1985, weighted(Education, JUNIOR_HIGH_SCHOOL=20, SENIOR_HIGH_SCHOOL=14, VOCATIONAL_HIGH_SCHOOL=4,
                               SECONDARY_SPECIALIZED=10, JUNIOR_COLLEGE=22, BACHELOR=24, MASTER=5, DOCTORATE=1)),
    (2003, weighted(Education, SENIOR_HIGH_SCHOOL=8, VOCATIONAL_HIGH_SCHOOL=3, JUNIOR_COLLEGE=25, BACHELOR=48,
                               MASTER=14, DOCTORATE=2)),
    (9999, weighted(Education, SENIOR_HIGH_SCHOOL=60, JUNIOR_COLLEGE=15, BACHELOR=25)),
)
_POSITION_BY_AGE = (
    # younger than: how many do which work
    (25, weighted(WorkPosition, STUDENT=60, GRADUATE_YEAR_STUDENT=20, MILITARY=10, WORKER=5,
                                PRIVATE_ENTERPRISE_PROFESSIONAL=4, UNEMPLOYED=1)),
    (60, weighted(WorkPosition, FARMER=24, PARTY_AND_GOVERNMENT=14, WORKER=9, PUBLIC_INSTITUTION_PROFESSIONAL=14,
                                PUBLIC_INSTITUTION_MANAGEMENT=5, STATE_ENTERPRISE_MANAGEMENT=4,
                                STATE_ENTERPRISE_PROFESSIONAL=5, PRIVATE_ENTERPRISE_MANAGEMENT=4,
                                PRIVATE_ENTERPRISE_PROFESSIONAL=7, SOCIAL_ORGANIZATION_STAFF=2, VILLAGE_CADRE=3,
                                COMMUNITY_WORKER=2, SELF_EMPLOYED=3, FLEXIBLE_EMPLOYMENT=2, MILITARY=1, OTHER=1)),
    (999, weighted(WorkPosition, RETIRED=60, FARMER=38, VILLAGE_CADRE=1, OTHER=1)),
)
_STATUSES = weighted(MembershipStatus, NORMAL=995, UNDER_OBSERVATION=1, RETAINED_ABROAD=4)
_STATUSES_ON_PROBATION = weighted(MembershipStatus, NORMAL=97, PROBATION_EXTENDED=3)
_REAL_NAME_STATUSES = weighted(RealNameStatus, VERIFIED=985, FILED=15)
_FLOATING = weighted(FloatingDirection, WITHIN_COUNTY=4, WITHIN_CITY=7, WITHIN_PROVINCE=9, OTHER_PROVINCE=9,
                                        ABROAD=1)
# fmt: on
_FLOATING_SHARE = 0.03
_LOST_CONTACT_SHARE = 0.004
_TRANSFER_SHARE = 0.003


def life_of(member: int, identity: Identity, place: Place, day: date, random: Random) -> SyntheticMember:
    born = identity.birth_date
    age = age_on(born, day)
    ethnicity = _ETHNICITIES.pick(random)
    created_at = _OPENED + timedelta(seconds=between(0, _days_open(day) * _SECONDS_OF_A_DAY // 2, random))
    life = SyntheticMember(
        id=member,
        branch_id=place.organization,
        org_path=place.path,
        name=name_of(random, identity.gender, born.year, ethnicity),
        identity_number=identity.number,
        gender=identity.gender,
        birth_date=born,
        ethnicity=ethnicity,
        education=_fitting(_EDUCATION_BY_BIRTH_YEAR, born.year).pick(random),
        work_position=_fitting(_POSITION_BY_AGE, age).pick(random),
        phone=phone_of(member, place.county),
        home_address=address_in(place.county, random),
        floating_direction=_FLOATING.pick(random) if random.random() < _FLOATING_SHARE else None,
        real_name_status=_REAL_NAME_STATUSES.pick(random),
        transfer_in_progress=random.random() < _TRANSFER_SHARE,
        photo=portrait_key(member),
        created_at=created_at,
        updated_at=created_at + timedelta(seconds=between(0, _days_open(day) * _SECONDS_OF_A_DAY // 2, random)),
    )
    life.join(_joining_day(born, day, random), day)
    on_probation = life.category is MemberCategory.PROBATIONARY
    life.status = (_STATUSES_ON_PROBATION if on_probation else _STATUSES).pick(random)
    if random.random() < _LOST_CONTACT_SHARE:
        life.lose_contact(day - timedelta(days=between(200, 3000, random)))
    return life


def _fitting(table: tuple[tuple[int, Weighted[Value]], ...], number: int) -> Weighted[Value]:
    return next(choice for below, choice in table if number < below)


def _days_open(day: date) -> int:
    return max(2, (day - _OPENED.date()).days)


def _joining_day(born: date, day: date, random: Random) -> date:
    """Between the 18th birthday and the middle thirties; most join young."""
    adult = years_after(born, _ADULT) + timedelta(days=1)
    span = min((day - adult).days, _JOINING_DAYS)
    return adult + timedelta(days=int(span * min(random.random(), random.random()))) if span > 0 else day
