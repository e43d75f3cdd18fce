from jobs.sources.source import Credentials


def test_credentials_never_show_the_login():
    credentials = Credentials("some-user", "some-password")

    for shown in (repr(credentials), str(credentials), f"{credentials}"):
        assert "some-user" not in shown
        assert "some-password" not in shown


def test_equal_logins_are_equal():
    assert Credentials("a", "b") == Credentials("a", "b") != Credentials("a", "c")
