"""Reads the rows of `bellmanctl --json route list` into the common form."""
from .bird import parse_path
from .route import Route, canonical


def parse_rows(answer):
    rows = answer["routes"] if isinstance(answer, dict) else answer
    return {canonical(row["prefix"]): parse_row(row) for row in rows or []}


def parse_row(row):
    a = row.get("attributes", row)
    return Route(canonical(row["prefix"]), next_hop=a["next_hop"], as_path=parse_path(a["as_path"]), origin=a["origin"].lower(),
                 med=a.get("med"), local_pref=a.get("local_pref"), communities=frozenset(a.get("communities", [])),
                 large=frozenset(a.get("large_communities", [])))
