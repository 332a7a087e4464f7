"""Make the example's tables: the real units of Dalian with generated indicator values.

    python generate.py FRAME.parquet [FOLDER]

FRAME holds one row per unit: its 12-digit code, name, kind, households and population, kept as they are.
Every other value is drawn at random from a fixed seed, so the same frame gives the same tables: none of it
was measured.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SEED = "dalian-2023"
CITY = "2102"
BLANK = 0.02  # share of the drawn cells that were never filled in
# What registers hold and no one need report: never blank.
REGISTERS = {
    "abandoned_compounds",
    "community_workers",
    "floor_area",
    "full_time_workers",
    "station_social_workers",
    "urban_residents",
    "working_party_members",
}
COUNTIES = {
    "210202": "中山区",
    "210203": "西岗区",
    "210204": "沙河口区",
    "210211": "甘井子区",
    "210212": "旅顺口区",
    "210213": "金州区",
    "210214": "普兰店区",
    "210224": "长海县",
    "210281": "瓦房店市",
    "210283": "庄河市",
}
CORE = ("210202", "210203", "210204", "210211")
# What a household pays and what a shop pays.
UTILITIES = {"water": (2.3, 3.2), "power": (0.5, 0.8), "gas": (2.6, 3.9), "heat": (23.0, 28.0)}
# The last three digits of a township's code, each type up to this number.
TOWNSHIPS = {"街道": 100, "镇": 200, "乡": 400, "其他": 1000}

Row = dict[str, Any]


class Draw(Random):
    """Random values of one place, seeded by its code, so that places do not depend on one another."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{SEED}/{code}")

    def chance(self, share: float) -> bool:
        """Be true in this share of the cases."""
        return self.random() < share

    def area(self, low: float, high: float) -> float:
        """Give a floor area to two decimals."""
        return round(self.uniform(low, high), 2)

    def part(self, whole: int, low: float, high: float) -> int:
        """Give a part of a whole, at most all of it."""
        return min(whole, round(whole * self.uniform(low, high)))


# --- one community ------------------------------------------------------------------------------------------


def community(unit: Row) -> Row:
    """Draw every indicator of one unit, some of them blank."""
    draw = Draw(unit["code"])
    urban = unit["kind"] == "urban"
    drawn = (
        facilities(unit, draw, urban=urban)
        | organisation(unit, draw, urban=urban)
        | workers(unit, draw, urban=urban)
        | tariffs(unit, draw)
    )
    return {name: unit[name] for name in ("code", "name", "kind", "households", "population")} | blanked(drawn, draw)


def blanked(drawn: Row, draw: Draw) -> Row:
    """Leave a few cells blank."""
    return {name: None if name not in REGISTERS and draw.chance(BLANK) else value for name, value in drawn.items()}


def facilities(unit: Row, draw: Draw, *, urban: bool) -> Row:
    """Draw what the community has, and how large it is."""
    households = unit["households"]
    has_facility = draw.chance(0.985)
    standard = 400 if urban else 350
    wanted = max(standard * draw.uniform(0.93, 1.5), households * draw.uniform(0.27, 0.4))
    area = round(wanted, 2) if has_facility else 0.0
    floor = draw.area(85.0 * households, 130.0 * households)
    return {
        "service_facility": has_facility,
        "facility_area": area,
        "activity_area": round(area * draw.uniform(0.52, 0.74), 2),
        "floor_area": floor,
        "commercial_service_area": round(floor * draw.uniform(0.08, 0.14), 2),
        "self_service": draw.chance(0.97 if urban else 0.4),
        "elder_facility": draw.chance(0.95 if urban else 0.5),
        "service_station_info_public": draw.chance(0.98),
        "service_station_online": draw.chance(0.93),
        "service_station_items_public": draw.chance(0.96),
    }


def organisation(unit: Row, draw: Draw, *, urban: bool) -> Row:
    """Draw how residents and the Party are organised."""
    compounds = int(draw.expovariate(0.8)) if urban else 0
    members = round(unit["population"] * draw.uniform(0.008, 0.02))
    hamlets = 0 if urban else draw.randint(3, 12)
    ready = draw.chance(0.85 if urban else 0.2)
    return {
        "social_orgs": (10 if urban else 3) + draw.choice((-1, *range(6), *range(6), *range(6))),
        "joint_party_committee_ready": ready,
        "joint_party_committee": ready and draw.chance(0.95),
        "village_decision_procedure": None if urban else draw.chance(0.97),
        "list_system": None if urban else draw.chance(0.96),
        "abandoned_compounds": compounds,
        "abandoned_compounds_managed": draw.part(compounds, 0.8, 1.2),
        "working_party_members": members,
        "party_members_grid_post": draw.part(members, 0.9, 1.1),
        "party_members_volunteer_team": draw.part(members, 0.88, 1.1),
        "party_members_volunteering": draw.part(members, 0.8, 1.1),
        "hamlets": hamlets,
        "hamlets_cult_free": draw.part(hamlets, 0.9, 1.3),
    }


def workers(unit: Row, draw: Draw, *, urban: bool) -> Row:
    """Draw who works for the community."""
    residents = unit["population"] if urban else 0
    count = max(5, round(residents * draw.uniform(0.0016, 0.0021))) if urban else 0
    full_time = draw.part(count, 0.88, 1.05)
    posts = draw.randint(1, 5)
    return {
        "urban_residents": residents,
        "community_workers": count,
        "certified_workers": draw.part(count, 0.24, 0.5),
        "full_time_workers": full_time,
        "generalist_workers": draw.part(full_time, 0.92, 1.1),
        "generalist_model": draw.chance(0.94) if urban else None,
        "committee_vetted": draw.chance(0.985),
        "secretary_filed": draw.chance(0.99),
        "reserve_posts": posts,
        "reserve_candidates": max(0, 2 * posts + draw.choice((-1, *(0,) * 14, 1, 2))),
    }


def tariffs(unit: Row, draw: Draw) -> Row:
    """Draw what the service outlets pay: the county's household price, here and there the commercial one."""
    home = home_prices(unit["code"][:6])
    paid = {}
    for utility, (low, high) in UTILITIES.items():
        factor = high / low if draw.chance(0.015) else 1
        paid[f"outlet_{utility}_price"] = round(home[f"home_{utility}_price"] * factor, 4)
    return paid


def home_prices(county: str) -> dict[str, float]:
    """Draw a county's household prices."""
    draw = Draw(f"prices/{county}")
    prices = {name: round(low * draw.uniform(0.95, 1.05), 2) for name, (low, _) in UTILITIES.items()}
    return {f"home_{name}_price": price for name, price in prices.items()}


def soil(rows: list[Row]) -> None:
    """Spoil a few cells, as every real survey has them, so that the report has something to say."""
    draw = Draw("soil")
    picked = iter(draw.sample(rows, 16))
    for kind in ("", "", "", None):  # blank: nobody said whether it is urban
        next(picked)["kind"] = kind
    for value in (-1, -12):
        next(picked)["social_orgs"] = value
    next(picked)["facility_area"] = math.nan
    next(picked)["facility_area"] = -410.0
    for row in (next(picked), next(picked)):  # a part greater than the whole
        row["facility_area"], row["activity_area"] = 420.0, 4200.0
    for row in (next(picked), next(picked)):
        row["hamlets"], row["hamlets_cult_free"] = 5, 50
    row = next(picked)
    row["community_workers"], row["certified_workers"] = 6, 9
    next(picked)["outlet_water_price"] = -2.3


# --- the areas ----------------------------------------------------------------------------------------------


def township(code: str) -> Row:
    """Draw the indicators of a street, town or township."""
    draw = Draw(code)
    type_ = next(name for name, end in TOWNSHIPS.items() if int(code[6:]) < end)
    street = type_ == "街道"
    ready = street and draw.chance(0.9)
    social_workers = draw.randint(1, 5)
    drawn = {
        "joint_committee_ready": ready,
        "joint_committee": (ready and draw.chance(0.97)) if street else None,
        "street_elder_centre": draw.chance(0.86) if street else None,
        "township_emergency_plan": draw.chance(0.985),
        "service_centre_info_public": draw.chance(0.98),
        "service_centre_online": draw.chance(0.96),
        "service_centre_items_public": draw.chance(0.97),
        "station_social_workers": social_workers,
        "station_social_workers_certified": draw.part(social_workers, 0.8, 1.4),
        "annual_imagery_resolution": 0.5,
        "annual_imagery_updates": 1,
        "quarterly_imagery_resolution": draw.choice((0.8, 1.0, 1.0, 1.0)),
        "quarterly_imagery_quarters": 3 if draw.chance(0.04) else 4,
        "ash_facility": draw.chance(0.7),
    }
    return {"code": code, "township_type": type_} | blanked(drawn, draw)


def county(code: str, population: int) -> Row:
    """Draw the indicators that departments keep by county, in proportion to its residents."""
    draw = Draw(code)
    size = population / 10_000
    births = round(size * draw.uniform(42, 60))
    under5 = draw.part(births, 0.002, 0.004)
    infants = draw.part(under5, 0.6, 0.9)
    windows, pupils, eligible = draw.randint(12, 40), draw.randint(0, 30), draw.randint(3, 25)
    start = draw.randint(3, 8) if code in CORE else 0
    wage = round(draw.uniform(88_000, 118_000), 2)
    return {
        "code": code,
        "name": COUNTIES[code],
        "live_births": births,
        "under5_deaths": under5,
        "infant_deaths": infants,
        "neonatal_deaths": draw.part(infants, 0.5, 0.9),
        "home_care_beds": round(size * draw.uniform(4.6, 7.2)),
        "childcare_places": round(size * draw.uniform(41, 52)),
        "students_of_concern": pupils,
        "dropout_files": max(0, pupils - draw.choice((0, 0, 0, 0, 1))),
        "dropout_ledger": True,
        "cancer_aid_eligible": eligible,
        "cancer_aid_recipients": eligible,
        "cancer_aid_paid": 10_000.0 * eligible,
        "township_hospitals_strengthened": 0 if code in CORE else draw.randint(1, 3),
        "village_clinics_strengthened": 0 if code in CORE else draw.randint(9, 17),
        "core_emergency_stations": start + (code in CORE and draw.chance(0.5)),
        "core_emergency_stations_start": start,
        "insurance_points": windows,
        "insurance_points_standard": draw.part(windows, 0.9, 1.1),
        "sports_instructors": round(size * draw.uniform(26, 38)),
        "sports_instructors_trained": round(size * draw.uniform(8, 11.5)),
        "worker_pay_standard": round(wage * draw.uniform(0.985, 1.12), 2),
        "prior_average_wage": wage,
        "pay_bands": 3,
        "pay_steps": 38,
        "promotion_mechanism": True,
        "in_target_assessment": True,
    } | home_prices(code)


def city() -> Row:
    """Give what the city itself answers; whether the examinations were held on time, it did not say."""
    return {
        "code": CITY,
        "name": "大连市",
        "counties": len(COUNTIES),
        "correction_job_bases": 9,
        "governance_platform": True,
        "governance_subsystems": 8,
        "lifelong_learning_platform": True,
        "senior_learning_base": True,
        "home_care_facilities_done": False,
        "smart_elder_care_platform": True,
        "sports_park_plan": True,
        "wedding_customs": True,
        "retiree_check_networked": None,
        "psych_platform_online": True,
        "funeral_facilities_plan": True,
        "place_names_verified": False,
        "in_department_plans": True,
    }


# --- the files ----------------------------------------------------------------------------------------------


def tables(frame: pa.Table) -> dict[str, pa.Table]:
    """Make the four tables from the frame of units."""
    units = frame.filter(pc.starts_with(frame["code"], CITY)).sort_by("code").to_pylist()
    communities = [community(unit) for unit in units]
    soil(communities)
    residents = dict.fromkeys(COUNTIES, 0)
    for unit in units:
        residents[unit["code"][:6]] += unit["population"]
    rows = {
        "communities": communities,
        "townships": [township(code) for code in sorted({unit["code"][:9] for unit in units})],
        "counties": [county(code, population) for code, population in residents.items()],
        "city": [city()],
    }
    return {name: pa.Table.from_pylist(items) for name, items in rows.items()}


def main() -> None:
    """Write the tables beside this script, or into the folder given."""
    parser = argparse.ArgumentParser(description="Make the Dalian example's tables from a frame of units.")
    parser.add_argument("frame", type=Path, help="Parquet file with one row per unit")
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables(pq.read_table(given.frame)).items():
        path = given.folder / f"{name}.parquet"
        pq.write_table(table, path, compression="zstd")
        print(f"{path}: {table.num_rows} rows, {table.num_columns} columns, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
