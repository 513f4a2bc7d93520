"""The carrier's document (CMIOT_API2111) as a check of requests, written from the document alone.

Nothing here knows how our client or our simulator do it.
"""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl

RESOURCE = "/v2/batchquerycardinfo"
LISTS = {"iccids": "iccid", "imsis": "imsi", "msisdns": "msisdn"}
SHAPES = {"iccid": re.compile(r"[0-9A-Z]{20}"), "imsi": re.compile(r"[0-9]{1,15}"),
          "msisdn": re.compile(r"[0-9]{1,13}")}
COMMON = ("appid", "transid", "ebid", "token")
MOST_VALUES = 100
LONGEST_TRANSID = 48
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Account:
    appid: str = "A0B40MY"
    ebid: str = "0006000000336"
    password: str = "correct-horse"

    def token_of(self, transid: str) -> str:
        return hashlib.sha256((self.appid + self.password + transid).encode()).hexdigest()


@dataclass
class Request:
    """One request as it came over the wire, and what is wrong with it."""

    method: str
    target: str
    body: str
    headers: dict[str, str]
    kind: str = ""
    values: list[str] = field(default_factory=list)
    transid: str = ""
    style: str = ""  # get, post-query or post-form
    violations: list[str] = field(default_factory=list)
    bad_token: bool = False


class ProtocolCheck:
    """Holds requests against the document. Remembers every transid. Any thread."""

    def __init__(self, account: Account, path_prefix: str = "") -> None:
        self._account = account
        self._path = path_prefix + RESOURCE
        self._lock = threading.Lock()
        self._transids: set[str] = set()

    def check(self, request: Request) -> None:
        """Fills in what the request asks, and its violations."""
        path, _, query = request.target.partition("?")
        if path != self._path:
            request.violations.append(f"path {path}")
        parameters = self._parameters(request, query)
        self._check_names(request, parameters)
        self._check_transid(request, parameters.get("transid", ""))
        self._check_account(request, parameters)
        self._check_values(request, parameters)

    @staticmethod
    def _parameters(request: Request, query: str) -> dict[str, str]:
        if request.method == "GET":
            request.style, text = "get", query
            if request.body:
                request.violations.append("a body in a GET")
        elif request.method == "POST" and query:
            request.style, text = "post-query", query
            if request.body:
                request.violations.append("parameters in the query and a body")
        elif request.method == "POST":
            request.style, text = "post-form", request.body
            if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
                request.violations.append("a form without its content type")
        else:
            request.violations.append(f"method {request.method}")
            return {}
        if re.search(r"[^\x21-\x7e]", text):
            request.violations.append("a character that no URL has")
        try:
            pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
        except ValueError as error:
            request.violations.append(f"parameters: {error}")
            return {}
        parameters = dict(pairs)
        if len(parameters) != len(pairs):
            request.violations.append("a repeated parameter")
        return parameters

    @staticmethod
    def _check_names(request: Request, parameters: dict[str, str]) -> None:
        for name in parameters:
            if name not in COMMON and name not in LISTS:
                request.violations.append(f"unknown parameter {name}")
        for name in COMMON:
            if not parameters.get(name):
                request.violations.append(f"no {name}")
        lists = [name for name in LISTS if name in parameters]
        if len(lists) != 1:
            request.violations.append(f"{len(lists)} lists")

    def _check_transid(self, request: Request, transid: str) -> None:
        request.transid = transid
        appid = self._account.appid
        if not re.fullmatch(re.escape(appid) + r"[0-9]{22}", transid) or len(transid) > LONGEST_TRANSID:
            request.violations.append(f"transid {transid}")
            return
        try:
            printed = datetime.strptime(transid[len(appid) : len(appid) + 14], "%Y%m%d%H%M%S").replace(tzinfo=CHINA)
        except ValueError:
            request.violations.append(f"the time in transid {transid}")
            return
        if abs(datetime.now(CHINA) - printed) > timedelta(minutes=10):
            request.violations.append(f"the time in transid {transid} is not the carrier's")
        with self._lock:
            if transid in self._transids:
                request.violations.append(f"repeated transid {transid}")
            self._transids.add(transid)

    def _check_account(self, request: Request, parameters: dict[str, str]) -> None:
        for name in ("appid", "ebid"):
            if parameters.get(name) != getattr(self._account, name):
                request.violations.append(f"{name} {parameters.get(name)}")
        token = parameters.get("token", "")
        if not re.fullmatch(r"[0-9a-f]{64}", token):
            request.violations.append("a token that is none")
        request.bad_token = token != self._account.token_of(request.transid)

    @staticmethod
    def _check_values(request: Request, parameters: dict[str, str]) -> None:
        for name, kind in LISTS.items():
            if name not in parameters:
                continue
            request.kind = kind
            request.values = parameters[name].split("_")
            request.violations += [f"{kind} {value!r}" for value in request.values
                                   if not SHAPES[kind].fullmatch(value)]
            if len(request.values) > MOST_VALUES:
                request.violations.append(f"{len(request.values)} values")
            if len(set(request.values)) != len(request.values):
                request.violations.append("a value asked twice in one request")
