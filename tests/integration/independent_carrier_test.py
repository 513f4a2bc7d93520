#!/usr/bin/env python3
"""The independent carrier itself, asked by Python's own client: a check that passes everything checks nothing."""

from __future__ import annotations

import json
import ssl
import unittest
from urllib.parse import urlencode

from carrier_test_case import ICCID, CarrierTestCase
from certificates import REFUSED, make_refused
from independent_carrier import DOCUMENT_SAMPLE, Carrier, card_of
from protocol_check import RESOURCE, Account


class CarrierTest(CarrierTestCase):
    def start(self, **settings: object) -> Carrier:
        return self.enterContext(Carrier(self.folder, certificate=self.certificate, **settings))

    def test_a_right_request_is_answered_on_a_connection_that_stays(self) -> None:
        carrier = self.start()
        connection = self.connect(carrier)
        for _ in range(3):
            reply = self.ask(connection)
            self.assertEqual(reply["status"], "0")
            self.assertEqual(reply["result"], [card_of("iccid", ICCID).item()])
        self.assertEqual(carrier.stats()["violations"], [])
        self.assertEqual((carrier.stats()["requests"], carrier.stats()["connections"]), (3, 1))

    def test_each_breach_of_the_document_is_seen(self) -> None:
        account = Account()
        old = f"{account.appid}2016101711070753214709"
        breaches: list[tuple[str, dict[str, str | None]]] = [
            ("unknown parameter", {"extra": "1"}), ("no ebid", {"ebid": None}), ("0 lists", {"iccids": None}),
            ("2 lists", {"imsis": "460040260908676"}), ("transid", {"transid": "1"}),
            ("not the carrier's", {"transid": old, "token": account.token_of(old)}), ("appid", {"appid": "other"}),
            ("a token that is none", {"token": "A" * 64}), ("101 values", {"iccids": "_".join(
                f"898602B2221{place:09d}" for place in range(101))}),
            ("iccid", {"iccids": ICCID[:-1]}), ("iccid", {"iccids": ICCID + "_"}), ("imsi", {
                "iccids": None, "imsis": "46004026090867A"}), ("asked twice", {"iccids": f"{ICCID}_{ICCID}"})]
        for what, changes in breaches:
            with self.subTest(what=what, changes=list(changes)):
                carrier = self.start()
                self.assertEqual(self.ask(self.connect(carrier), **changes)["status"], "10")
                self.assertTrue(any(what in violation for violation in carrier.stats()["violations"]),
                                carrier.stats()["violations"])

    def test_a_repeated_transid_is_seen(self) -> None:
        carrier = self.start()
        connection = self.connect(carrier)
        target = RESOURCE + "?" + urlencode(self.parameters())
        for expected in ("0", "10"):
            connection.request("GET", target)
            self.assertEqual(json.loads(connection.getresponse().read())["status"], expected)
        self.assertIn("repeated transid", carrier.stats()["violations"][0])

    def test_a_wrong_token_is_code_7(self) -> None:
        carrier = self.start()
        self.assertEqual(self.ask(self.connect(carrier), token="0" * 64)["status"], "7")
        self.assertEqual(carrier.stats()["bad_tokens"], 1)

    def test_the_three_ways_to_ask(self) -> None:
        carrier = self.start()
        connection = self.connect(carrier)
        query = urlencode(self.parameters())
        form = urlencode(self.parameters())
        connection.request("POST", RESOURCE + "?" + query)
        self.assertEqual(json.loads(connection.getresponse().read())["status"], "0")
        connection.request("POST", RESOURCE, form, {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(json.loads(connection.getresponse().read())["status"], "0")
        connection.request("POST", RESOURCE + "?" + query, form)
        self.assertEqual(json.loads(connection.getresponse().read())["status"], "10")
        self.assertEqual(carrier.stats()["styles"], ["post-form", "post-query"])

    def test_the_modes(self) -> None:
        values = [f"898602B2221{place:09d}" for place in range(50)]
        joined = "_".join(values)
        shuffled = self.ask(self.connect(self.start(modes={"shuffled"})), iccids=joined)["result"]
        self.assertNotEqual([item["iccid"] for item in shuffled], values)
        self.assertEqual(sorted(item["iccid"] for item in shuffled), values)
        self.assertEqual(len(self.ask(self.connect(self.start(modes={"missing-item"})), iccids=joined)["result"]), 49)
        self.assertEqual(self.ask(self.connect(self.start(modes={"number-status"})))["result"][0]["status"], 0)
        self.assertEqual(self.ask(self.connect(self.start(modes={"upper-keys"})))["RESULT"][0]["ICCID"], ICCID)
        self.assertEqual(self.ask(self.connect(self.start(modes={"wrong-password"})))["status"], "7")
        self.assertEqual(self.ask(self.connect(self.start(modes={"chunked"})))["status"], "0")
        throttling = self.connect(self.start(throttle_first=2))
        self.assertEqual([self.ask(throttling)["status"] for _ in range(3)], ["71", "71", "0"])

    def test_the_sample_goes_out_byte_for_byte(self) -> None:
        connection = self.connect(self.start(modes={"document-sample"}))
        connection.request("GET", RESOURCE + "?" + urlencode(self.parameters()))
        self.assertEqual(connection.getresponse().read().decode(), DOCUMENT_SAMPLE)

    def test_connections_end_when_told(self) -> None:
        for settings in ({"modes": {"close"}}, {"requests_per_connection": 1}):
            with self.subTest(settings=settings):
                carrier = self.start(**settings)
                connection = self.connect(carrier)
                for _ in range(2):
                    self.assertEqual(self.ask(connection)["status"], "0")
                self.assertEqual(carrier.stats()["connections"], 2)

    def test_bad_certificates_are_refused_by_a_client_that_looks(self) -> None:
        for fault in REFUSED:
            with self.subTest(fault=fault):
                certificate = make_refused(self.folder / fault, fault)
                carrier = self.enterContext(Carrier(self.folder, certificate=certificate))
                with self.assertRaises(ssl.SSLError):
                    self.ask(self.connect(carrier))
                self.assertEqual(carrier.stats()["requests"], 0)


if __name__ == "__main__":
    unittest.main()
