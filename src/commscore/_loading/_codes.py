"""The codes of diagnostics: stable names, each explained in docs/diagnostics.md."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """What kind of fault a diagnostic reports."""

    # The file
    NOT_FOUND = "CS001"
    NOT_READABLE = "CS002"
    TOO_LARGE = "CS003"
    ENCODING = "CS004"
    EMPTY = "CS005"
    SYNTAX = "CS006"
    TAB = "CS007"
    SEVERAL_DOCUMENTS = "CS008"
    ALIAS = "CS009"
    TAG = "CS010"
    TOO_COMPLEX = "CS011"
    # Its structure
    UNKNOWN_KEY = "CS012"
    DUPLICATE_KEY = "CS013"
    MISSING_KEY = "CS014"
    WRONG_TYPE = "CS015"
    NEEDS_QUOTES = "CS016"
    NOT_A_CHOICE = "CS017"
    OUT_OF_RANGE = "CS018"
    BAD_DATE = "CS019"
    BAD_ID = "CS020"
    DUPLICATE_ID = "CS021"
    STRAY_COMMA = "CS022"
    UNQUOTED_SIGN = "CS023"
    BAD_KEY = "CS024"
    FORMAT_VERSION = "CS025"
    # References
    UNKNOWN_INPUT = "CS101"
    UNKNOWN_GROUP = "CS102"
    UNKNOWN_RULE = "CS103"
    CIRCLE = "CS104"
    UNKNOWN_PARENT = "CS105"
    LINEAGE = "CS106"
    AMBIGUOUS_NAME = "CS107"
    # Requirements and phrases
    UNREADABLE = "CS201"
    DISAGREES = "CS202"
    PHRASE_TOO_LONG = "CS203"
    NO_PHRASE = "CS204"
    NO_CLAUSE = "CS205"
    PERCENT_BESIDE_PER = "CS206"
    PLAIN_ON_FRACTION = "CS207"
    PERCENT_ON_NUMBER = "CS208"
    ALL_ON_NUMBER = "CS209"
    TRUTH = "CS210"
    RELATIVE = "CS211"
    NO_TOLERANCE = "CS212"
    NO_REQUIREMENT = "CS213"
    SCOPES = "CS214"
    # Assessments
    ONE_ASSESSMENT = "CS301"
    FOREIGN_KEY = "CS302"
    WRONG_INPUT = "CS303"
    MIXED_LEVELS = "CS304"
    WRONG_LEVEL = "CS305"
    MIXED_PARTS = "CS306"
    NEGATIVE_OPERAND = "CS307"
    BAD_FILTER = "CS308"
    # Inheritance
    MIXED_SOURCES = "CS401"
    LAXER = "CS402"
    LAXER_YEAR = "CS403"
    RELATION = "CS404"
    # Consistency
    NEVER_TOGETHER = "CS501"
    NEVER_APPLIES = "CS502"
    NEVER_FAILS = "CS503"
    NEVER_PASSES = "CS504"
    IMPLIED = "CS505"
    OFF_GRID = "CS506"
    OTHER_UNIT = "CS507"
    OTHER_WORDS = "CS508"
    UNUSED_INPUT = "CS509"
    NO_SUCH_GRADE = "CS510"
    NEVER_COUNTS = "CS511"
    ODD_DUE = "CS512"
    UNDECIDED = "CS513"
    ANSWER = "CS514"
    # Conclusions
    NO_GRADE = "CS601"
    NO_CONCLUSION = "CS602"
    NOTHING_SAID = "CS603"
    NEVER_REACHED = "CS604"
    WAITING_CIRCLE = "CS605"
    NO_BASIS = "CS606"
    NO_EFFECT = "CS607"
    SHARED_ID = "CS608"
    INCLUDE = "CS609"


def code_names() -> dict[str, str]:
    """Give the name of each code, such as ``NEVER_TOGETHER`` of ``CS501``."""
    return {str(code): code.name for code in Code}
