"""Vendored files match their recorded hashes; static files are served without Flask and cached."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask

from tests.webapp.client import ON_SQLITE
from webapp.settings.config import ROOT
from webapp.web import static_files

VENDOR = ROOT / "webapp" / "static" / "vendor"
NOTED = re.compile(r"^\| (\S+) \| (\S+) \| (\S+) \|.*\| ([0-9a-f]{64}) \|$", re.MULTILINE)


def noted() -> list[tuple[str, str, str, str]]:
    return NOTED.findall((VENDOR / "VENDORED.md").read_text())


@pytest.mark.parametrize(("file", "package", "version", "sha256"), noted())
def test_a_vendored_file_matches_its_recorded_hash(file: str, package: str, version: str, sha256: str):
    assert hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() == sha256


def test_every_vendored_file_is_recorded():
    assert {file for file, *_ in noted()} == {path.name for path in VENDOR.iterdir()} - {"VENDORED.md"}
    assert {(package, version) for _, package, version, _ in noted()} == {
        ("htmx.org", "2.0.11"),
        ("bootstrap", "5.3.9"),
    }


def test_no_style_sheet_or_script_of_ours_names_another_host():
    for path in (ROOT / "webapp" / "static").glob("*.*s"):
        assert "//" not in re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE), path


@ON_SQLITE
def test_a_page_links_static_files_that_are_there_and_may_be_kept_for_a_year(app: Flask):
    client = app.test_client()
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/login").text)
    assert len(links) == 9
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, link
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@ON_SQLITE
def test_the_address_of_a_file_changes_with_its_content(app: Flask):
    link = re.search(r'/static/app.css\?v=(\w+)"', app.test_client().get("/login").text)
    assert link
    content = Path(app.static_folder or "", "app.css").read_bytes()
    assert hashlib.sha256(content).hexdigest().startswith(link[1])


@ON_SQLITE
def test_a_static_file_is_sent_compressed_to_whoever_can_read_that(app: Flask):
    client, path = app.test_client(), "/static/vendor/bootstrap.min.css"
    plain = client.get(path)
    compressed = client.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(compressed.data) == plain.data == (VENDOR / "bootstrap.min.css").read_bytes()
    assert int(compressed.headers["Content-Length"]) == len(compressed.data) < len(plain.data) / 5
    assert plain.headers["Vary"] == compressed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["Content-Type"] == compressed.headers["Content-Type"]


@ON_SQLITE
def test_a_compressed_file_is_not_sent_again_nor_in_pieces_nor_for_its_headers_alone(app: Flask):
    client, path = app.test_client(), "/static/vendor/htmx.min.js"
    accepting = {"Accept-Encoding": "gzip"}
    tag = client.get(path, headers=accepting).headers["ETag"]
    unchanged = client.get(path, headers=accepting | {"If-None-Match": tag})
    piece = client.get(path, headers=accepting | {"Range": "bytes=0-9"})
    told = client.head(path, headers=accepting)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert piece.status_code == 206
    assert piece.data == (VENDOR / "htmx.min.js").read_bytes()[:10]
    assert (told.headers["Content-Encoding"], told.data) == ("gzip", b"")


def test_a_developer_sees_a_changed_static_file_at_once(tmp_path: Path):
    app = Flask("changing", static_folder=tmp_path)
    app.debug = True
    static_files.serve(app)
    for content in ("first", "second, longer"):
        (tmp_path / "app.css").write_text(content)
        answer = app.test_client().get("/static/app.css", headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(answer.data).decode() == content


@ON_SQLITE
def test_a_page_with_all_that_it_links_is_light(app: Flask):
    client = app.test_client()
    page = client.get("/login")
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    linked = [client.get(link, headers={"Accept-Encoding": "gzip"}).data for link in links]
    assert len(page.data) + sum(map(len, linked)) < 80_000
