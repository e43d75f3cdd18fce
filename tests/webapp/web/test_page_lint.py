"""The lint finds each kind of problem."""

from __future__ import annotations

import pytest

from tests.webapp.page_lint import problems

PAGE = """<!doctype html><html lang="en"><head><title>T</title><meta name="viewport" content="w"></head>
<body><a href="#main">Skip</a><main id="main"><h1>One</h1>{}</main></body></html>"""


def test_a_plain_page_has_no_fault():
    assert problems(PAGE.format('<p id="a">x</p><label for="b">B</label><input id="b">')) == []


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<h1>Two</h1>", "2 h1 elements"),
        ('<p id="a">x</p><p id="a">y</p>', "id 'a' is there 2 times"),
        ('<input name="x">', "has no label"),
        ('<label for="nobody">x</label>', "label for 'nobody'"),
        ('<form method="post" action="/x"><button>Go</button></form>', "has no CSRF token"),
        ('<form action="/x"><input type="hidden" name="csrf_token"><button>Go</button></form>', "an address"),
        ('<form action="/x"></form>', "cannot be sent without script"),
        ('<a href="/x" hx-get="/y">x</a>', "another address with script"),
        ('<a hx-get="/y">x</a>', "leads nowhere without script"),
        ('<a href="/x"></a>', "says nothing"),
        ('<p style="color: red">x</p>', "inline style"),
        ("<script>1</script>", "is inline"),
        ('<p onclick="x()">x</p>', "inline onclick"),
        ('<script src="https://cdn.example/x.js"></script>', "of another host"),
        ('<p hx-get="/x" hx-target="#nobody">x</p>', "swapped into '#nobody'"),
        ('<p aria-describedby="nobody">x</p>', "aria-describedby 'nobody'"),
        ('<a href="#nobody">x</a>', "leads to nothing"),
        ("<div><p>x</div>", "</div> closes <p"),
        ("<h2>a</h2><h4>b</h4>", "h4 follows h2"),
        ("<table><tr><th>x</th></tr></table>", "heads neither row nor column"),
        ("<p id=a class=b class=c>x</p>", "two attributes class"),
    ],
)
def test_a_fault_is_found(html: str, said: str):
    assert any(said in problem for problem in problems(PAGE.format(html))), problems(PAGE.format(html))


def test_a_fragment_has_no_h1_but_may_aim_at_the_pages_dialog():
    assert problems("<h1>x</h1>") == ["<h1 {}> in a fragment"]
    assert problems('<a href="/x" hx-get="/x" hx-target="#dialog .frame">x</a>') == []
