"""Asks a carrier of ours by Python's own client."""

from __future__ import annotations

import http.client
import json
import ssl
import tempfile
import unittest
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from certificates import make_good
from independent_carrier import Carrier
from pacing_carrier import PacingCarrier
from protocol_check import CHINA, RESOURCE, Account

ICCID = "898602B2221430000006"


class CarrierTestCase(unittest.TestCase):
    """A folder and a certificate for each class."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.certificate = make_good(cls.folder)
        cls.serial = 0

    def connect(self, carrier: Carrier | PacingCarrier) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(carrier.certificate.ca_file))
        connection = http.client.HTTPSConnection(urlsplit(carrier.url).netloc, context=context, timeout=30)
        self.addCleanup(connection.close)
        return connection

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """Those of a right request for one card, but for the changes; None leaves one out."""
        type(self).serial += 1
        account = Account()
        transid = f"{account.appid}{datetime.now(CHINA):%Y%m%d%H%M%S}{self.serial:08d}"
        given = {"appid": account.appid, "transid": transid, "ebid": account.ebid,
                 "token": account.token_of(transid), "iccids": ICCID}
        given.update(changes)
        return {name: value for name, value in given.items() if value is not None}

    def send(self, connection: http.client.HTTPSConnection, **changes: str | None) -> http.client.HTTPResponse:
        connection.request("GET", RESOURCE + "?" + urlencode(self.parameters(**changes)))
        return connection.getresponse()

    def ask(self, connection: http.client.HTTPSConnection, **changes: str | None) -> dict[str, Any]:
        return json.loads(self.send(connection, **changes).read())
