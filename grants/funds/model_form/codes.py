"""The ids of the model form that columns and eligibility rules read, and the answers that they know by value.

An id never changes its meaning; this module is the one place that says which id is which.
"""

from __future__ import annotations

from typing import Final

# What the columns of a bid read.
PROJECT_TITLE: Final = "P1"
SUMMARY: Final = "P2"
REASON: Final = "P6"
AREAS: Final = "P7"
ASK: Final = "B1"
PROJECT_COST: Final = "B1a"
MINIMUM_VIABLE: Final = "B4"
BUDGET: Final = "B2"
# What the eligibility rules read besides.
ORG_TYPE: Final = "E1"
HELPS_OUR_AREA: Final = "E2"
NOT_RETROSPECTIVE: Final = "E3"
BANK_ACCOUNT: Final = "E4"
NO_OVERDUE_RETURNS: Final = "E5"
UNRELATED_MEMBERS: Final = "O8"
RESERVES: Final = "O9"
PRIORITIES: Final = "P5"
STARTS_ON: Final = "P9a"
ENDS_ON: Final = "P9b"
WORKS_WITH_AT_RISK: Final = "S1"
HAS_SAFEGUARDING_POLICY: Final = "S2"
DECLARATION: Final = "X1"

YES_NO: Final = (("yes", "Yes"), ("no", "No"))
ORG_TYPES: Final = (
    ("registered_charity", "Registered charity"),
    ("cio", "Charitable incorporated organisation (CIO)"),
    ("cic_guarantee", "Community interest company limited by guarantee"),
    ("cic_shares", "Community interest company limited by shares"),
    ("company_by_guarantee", "Company limited by guarantee"),
    ("society", "Community benefit society or co-operative"),
    ("unincorporated_group", "Community group with a constitution"),
    ("parish_council", "Parish or town council"),
    ("local_authority", "Other council or community safety partnership"),
    ("school", "School, college or university"),
    ("faith_body", "Faith organisation"),
    ("sports_club", "Sports club"),
    ("housing_association", "Housing association"),
    ("public_body", "Police or other public body"),
    ("business", "Business"),
    ("individual", "I am applying as one person"),
    ("other", "Something else"),
)
BANK_ACCOUNTS: Final = (
    ("yes", "Yes, in our own name, and two people who are not related must agree each payment"),
    ("accountable_body", "No, another organisation will hold the money for us"),
    ("no", "No"),
)
PRIORITY_OPTIONS: Final = (
    ("prevent", "Preventing crime and disorder"),
    ("victims", "Helping victims and witnesses"),
    ("young_people", "Keeping young people safe"),
    ("together", "Bringing communities together"),
)
COHORTS: Final = (
    ("under_11", "Children under 11"),
    ("11_17", "Young people aged 11 to 17"),
    ("18_25", "Young adults aged 18 to 25"),
    ("adults", "Adults"),
    ("victims", "Victims of crime"),
    ("everyone", "Everyone who lives in the area"),
)
