#!/usr/bin/env python3
"""What interop/lib decides by itself, without any daemon: waiting, reading tables of others, the table of results."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "interop"))

from lib import bird, exabgp, frr, mrt, openbgpd, results  # noqa: E402
from lib.cells import Cell, run  # noqa: E402
from lib.daemon import Site  # noqa: E402
from lib.route import Route, differences  # noqa: E402
from lib.wait import Failed, until, until_empty  # noqa: E402


class Waiting(unittest.TestCase):
    def test_answers_what_the_condition_answers(self):
        self.assertEqual(until("a list", lambda: [1], 1), [1])

    def test_what_is_not_there_yet_does_not_hold_yet(self):
        rows = []

        def look():
            rows.append(len(rows))
            return rows[2] and {2: "found"}[len(rows) - 1]

        self.assertEqual(until("the third row", look, 5, 0.001), "found")

    def test_says_what_was_not_there(self):
        for condition, word in ((lambda: {}["rows"], "rows"), (lambda: [][0], "IndexError")):
            with self.assertRaisesRegex(Failed, f"not within 0 s: the rows.*{word}"):
                until("the rows", condition, 0, 0.001)

    def test_an_answer_that_is_not_json_is_none_yet(self):
        answers = iter(["", '{"state": "up"}'])
        self.assertEqual(until("an answer", lambda: json.loads(next(answers))["state"], 5, 0.001), "up")

    def test_a_description_may_fail_as_its_condition_does(self):
        with self.assertRaisesRegex(Failed, "not within 0 s"):
            until(lambda: [][0], lambda: False, 0, 0.001)

    def test_other_mistakes_are_not_waited_out(self):
        with self.assertRaises(ZeroDivisionError):
            until("nothing", lambda: 1 / 0, 5)

    def test_complaints_are_shown(self):
        with self.assertRaisesRegex(Failed, "missing 10.0.0.0/8"):
            until_empty("a table", lambda: ["missing 10.0.0.0/8"], 0, 0.001)


class Tables(unittest.TestCase):
    def test_of_bird(self):
        text = ("10.5.0.0/24          unicast [s4 18:53:03.563] * (200)\n\tType: static univ\n\tBGP.origin: IGP\n\tBGP.as_path: 65000 64500 {1 2}\n"
                "\tBGP.next_hop: 10.99.0.1\n\tBGP.local_pref: 100\n\tBGP.community: (65000,1) (65000,2)\n\tBGP.large_community: (65000, 1, 2)\n")
        self.assertEqual(bird.parse_routes(text), {"10.5.0.0/24": Route(
            "10.5.0.0/24", "10.99.0.1", (65000, 64500, frozenset({1, 2})), local_pref=100, communities=frozenset(["65000:1", "65000:2"]),
            large=frozenset(["65000:1:2"]))})

    def test_of_frr(self):
        path = {"origin": "IGP", "aspath": {"string": "65000 64500"}, "nexthops": [{"ip": "10.99.0.1"}], "community": {"list": ["noExport", "65000:1"]}}
        self.assertEqual(frr.parse_entry("10.5.0.0/24", path), Route("10.5.0.0/24", "10.99.0.1", (65000, 64500),
                                                                      communities=frozenset(["65535:65281", "65000:1"])))

    def test_of_openbgpd(self):
        row = {"aspath": "65000 { 1 2 }", "exit_nexthop": "10.99.0.1", "origin": "incomplete", "metric": 0, "localpref": 100, "communities": ["NO_EXPORT"]}
        self.assertEqual(openbgpd.parse_row("10.5.0.0/24", row), Route("10.5.0.0/24", "10.99.0.1", (65000, frozenset({1, 2})), "incomplete",
                                                                        local_pref=100, communities=frozenset(["65535:65281"])))

    def test_of_exabgp(self):
        said = {"origin": "igp", "as-path": [65000, 64500], "med": 5, "community": [[65000, 1]], "large-community": [[65000, 1, 2]]}
        self.assertEqual(exabgp.parse_attributes("10.5.0.0/24", "10.99.0.1", said), Route(
            "10.5.0.0/24", "10.99.0.1", (65000, 64500), med=5, communities=frozenset(["65000:1"]), large=frozenset(["65000:1:2"])))

    def test_refreshes_of_exabgp_are_read_though_they_are_not_json(self):
        line = '{ "type": "refresh", "neighbor": { "direction": "receive", "route-refresh": { "afi": ""ipv4"", "subtype": ""request"" } } }'
        self.assertEqual(exabgp.event_of(line)["neighbor"]["route-refresh"], {"afi": "ipv4", "subtype": "request"})

    def test_dumps_come_back_as_they_were_written(self):
        site = Site("x", 65011, "10.0.0.11", "10.99.0.11", "fd00:99::11")
        routes = [Route("10.5.0.0/24", as_path=(64500, frozenset({1, 2})), med=7), Route("2001:db8:5::/48", communities=frozenset(["65000:1"]))]
        with tempfile.TemporaryDirectory() as folder:
            for r in routes:
                path = Path(folder) / "one.mrt"
                mrt.write_table(path, site, openbgpd.own_attributes, [r])
                peers, entries = mrt.read_dump(path.read_bytes())
                self.assertEqual(peers, [(bytes([10, 99, 0, 11]), 65011)])
                self.assertEqual([(e.prefix, e.attributes) for e in entries[0]], [(mrt.bgp.prefix(r.prefix), openbgpd.own_attributes(r))])

    def test_differences_name_the_field(self):
        self.assertEqual(differences({"10.0.0.0/8": Route("10.0.0.0/8", med=1)}, {"10.0.0.0/8": Route("10.0.0.0/8")}), ["10.0.0.0/8: med is None, not 1"])


class Results(unittest.TestCase):
    def test_a_failure_is_that_of_the_daemon_it_names(self):
        cells = [Cell("s", "BIRD 2", "ipv4"), Cell("s", "FRR 8", "ipv4")]

        def body():
            raise Failed("no route", "FRR")

        run(cells, body)
        self.assertEqual([(c.outcome, c.why) for c in cells], [("failed", "ended with that of FRR"), ("failed", "no route")])

    def test_the_table_has_a_row_a_scenario_and_a_column_a_daemon(self):
        cells = [Cell("b", "BIRD 2", "ipv4"), Cell("b", "BIRD 2", "ipv6"), Cell("a", "witness (raw)", "ipv4"),
                 Cell("b", "FRR 8", "ipv4", "not applicable", "has it not")]
        lines = results.table(cells)
        self.assertIn("| scenario | BIRD 2 | FRR 8 | raw speaker |", lines)
        self.assertIn("| `a` |  |  | passed (ipv4) |", lines)
        self.assertIn("| `b` | passed (ipv4, ipv6) | not applicable: has it not |  |", lines)

    def test_the_table_replaces_the_one_before(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text(f"before\n\n{results.BEGIN}\nold\n{results.END}\n\nafter\n")
            results.write(page, [Cell("a", "BIRD 2", "ipv4")])
            results.write(page, [Cell("a", "BIRD 3", "ipv4")])
            text = page.read_text()
        self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
        self.assertNotIn("BIRD 2", text)
        self.assertEqual(text.count("BIRD 3"), 1)


if __name__ == "__main__":
    unittest.main()
