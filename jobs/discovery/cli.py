"""Command `codes scan`: finds the unmapped codes in a dealer's stock, in this process (R20, R21)."""

from __future__ import annotations

import json
from typing import Any

import click

from jobs import shutdown
from jobs.discovery.scan_codes import scan_codes
from jobs.sync import client_factory
from webapp.code_discovery import scans
from webapp.code_discovery.unmapped_codes import Unmapped, unmapped_codes
from webapp.extensions import db
from webapp.models import CodeScan, Dealer
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering

codes = click.Group("codes", help="Codes in a dealer's Lightspeed.")


@codes.command("scan")
@dealer_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@answering
def codes_scan(dealer_id: int, as_json: bool) -> None:
    """Find the unmapped codes in stock, and print them with suggested mappings; nothing is mapped."""
    dealer = dealer_of(dealer_id)
    if dealer.closed_at is not None:
        raise click.ClickException(f"dealer {dealer_id} is closed")
    scans.request(dealer, "command")
    shutdown.on_signals(*shutdown.USUAL)
    done = scan_codes(dealer_id, client_factory.connect, shutdown.requested, tell=_print_to_stderr)
    scan = db.session.get_one(CodeScan, dealer_id, populate_existing=True)
    if not done:
        raise click.ClickException(
            "the scan was stopped" if scan.status == "queued" else f"a scan of dealer {dealer_id} is running"
        )
    if scan.status == "failed":
        raise click.ClickException(scan.error or "the scan failed")
    _print(scan, dealer, as_json)


def _print(scan: CodeScan, dealer: Dealer, as_json: bool) -> None:
    found = unmapped_codes(dealer)
    if as_json:
        click.echo(json.dumps(_summary(scan, found), ensure_ascii=False))
        return
    for each in found:
        click.echo(each.sentence)


def _summary(scan: CodeScan, found: list[Unmapped]) -> dict[str, Any]:
    return {
        "status": scan.status,
        "requests": scan.requests,
        "parts": scan.parts,
        "codes": [_described(each) for each in found],
    }


def _described(each: Unmapped) -> dict[str, Any]:
    return {
        "supplier_code": each.code,
        "parts": each.row.parts,
        "units": each.units,
        "value": f"{each.cents // 100}.{each.cents % 100:02}",
        "first_seen": each.row.first_seen_at.isoformat(),
        "last_seen": each.row.last_seen_at.isoformat(),
        "samples": each.row.samples,
        "suggestions": [
            {
                "catalog": suggested.row.manufacturer.catalog,
                "manufacturer": suggested.row.manufacturer.name,
                "matched": suggested.row.matched,
                "share": round(suggested.share, 4),
            }
            for suggested in each.suggestions
        ],
    }


def _print_to_stderr(line: str) -> None:
    click.echo(line, err=True)
