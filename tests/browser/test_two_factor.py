"""A second factor as a person sets it up: a real service, browser, generator of codes and reader of QR codes."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_accessible import problems
from tests.browser.test_sessions import overflows
from tests.conftest import Service, Start

NAME = "wang.xiaoming"
PASSWORD = "correct horse battery 订书机"
STEP = 30
WORDS = {
    "en-GB": ("Set up an authenticator app", "six digits", "Remove the app", "is removed"),
    "zh-CN": ("设置验证器应用", "六位数字", "移除应用", "已移除"),
}


def oathtool(secret: str, steps: int = 0) -> str:
    """Return the code that Debian's oathtool makes of a secret now."""
    command = ["oathtool", "--totp", "--base32", f"--now=@{int(time.time()) + steps * STEP}", secret]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def press(page: Page, name: str) -> None:
    """Press the button *name* by the keyboard."""
    button = page.locator("main").get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def enter(page: Page, service: Service) -> None:
    """Become the first administrator."""
    page.goto(service.welcome_link)
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(re.compile("/account"))


@pytest.mark.parametrize("language", list(WORDS))
def test_a_person_sets_an_app_up_keeps_the_codes_and_removes_it(
    start: Start, browser: Browser, tmp_path: Path, language: str
) -> None:
    """On a narrow dark screen, by the keyboard, without scripts; nothing has to be moved sideways."""
    set_up, digits, remove, removed = WORDS[language]
    service = start()
    context = browser.new_context(
        locale=language,
        java_script_enabled=False,
        viewport={"width": 360, "height": 740},
        color_scheme="dark",
        accept_downloads=True,
    )
    try:
        page = context.new_page()
        enter(page, service)
        page.goto(f"{service.url}/account")
        page.locator(".sections a[href$='/account/two-factor']").click()
        press(page, set_up)
        secret = page.locator(".secret code").inner_text()
        assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", secret)
        assert secret.replace(" ", "") in (page.locator("a[href^='otpauth:']").get_attribute("href") or "")
        assert page.locator(".qr svg").bounding_box() is not None
        assert not overflows(page)
        page.locator("input[name=code]").fill("12345")
        page.keyboard.press("Enter")
        page.wait_for_selector("#code-error")
        assert digits in page.locator("#code-error").inner_text()
        assert secret == page.locator(".secret code").inner_text()
        page.locator("input[name=code]").fill(oathtool(secret))
        page.keyboard.press("Enter")
        page.wait_for_selector(".recovery-codes")
        codes = page.locator(".recovery-codes code").all_inner_texts()
        assert 10 == len(codes)
        assert not overflows(page)
        with page.expect_download() as download:
            page.locator("main form:has(input[value=save]) button").click()
        assert "recovery-codes.txt" == download.value.suggested_filename
        download.value.save_as(tmp_path / "saved.txt")
        assert codes == (tmp_path / "saved.txt").read_text().splitlines()[3:]
        page.goto(f"{service.url}/account/two-factor")
        assert not overflows(page)
        page.locator("main input[name=password]").fill(PASSWORD)
        press(page, remove)
        page.get_by_role("status").wait_for()
        assert removed in page.get_by_role("status").inner_text()
    finally:
        context.close()


def test_every_step_can_be_used_by_everybody(start: Start, browser: Browser) -> None:
    """What the walk through the table of addresses does not see: the steps that are answers to a form."""
    service = start()
    context = browser.new_context(locale="en-GB", viewport={"width": 1000, "height": 740})
    try:
        page = context.new_page()
        enter(page, service)
        page.goto(f"{service.url}/account/two-factor")
        assert [] == problems(page)
        press(page, "Set up an authenticator app")
        page.wait_for_selector(".qr")
        assert [] == problems(page)
        secret = page.locator(".secret code").inner_text()
        page.locator("input[name=code]").fill("x")
        page.keyboard.press("Enter")
        page.wait_for_selector("#code-error")
        assert [] == problems(page)
        page.locator("input[name=code]").fill(oathtool(secret))
        page.keyboard.press("Enter")
        page.wait_for_selector(".recovery-codes")
        assert [] == problems(page)
        page.goto(f"{service.url}/account/two-factor?done=added")
        assert [] == problems(page)
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_qr_code_is_read_by_whoever_reads_qr_codes(
    start: Start, browser: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    """From what the browser has painted, by Debian's zbar: it says what the link beside it says."""
    service = start()
    context = browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 740}, color_scheme=scheme)
    try:
        page = context.new_page()
        enter(page, service)
        page.goto(f"{service.url}/account/two-factor")
        press(page, WORDS["zh-CN"][0])
        page.wait_for_selector(".qr svg")
        picture = tmp_path / "page.png"
        page.screenshot(path=picture, full_page=True)
        command = ["zbarimg", "--quiet", "--raw", str(picture)]
        read = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
        assert read == page.locator("a[href^='otpauth:']").get_attribute("href")
    finally:
        context.close()


@pytest.mark.parametrize("language", list(WORDS))
def test_a_person_signs_in_with_a_code_and_once_more_with_a_recovery_code(
    start: Start, browser: Browser, language: str
) -> None:
    """Without scripts; the code that was used is refused the second time, and so is the recovery code."""
    service = start()
    context = browser.new_context(locale=language, java_script_enabled=False)
    context.set_default_timeout(15000)
    try:
        page = context.new_page()
        enter(page, service)
        page.goto(f"{service.url}/account/two-factor")
        press(page, WORDS[language][0])
        secret = page.locator(".secret code").inner_text()
        page.locator("input[name=code]").fill(oathtool(secret))
        page.keyboard.press("Enter")
        page.wait_for_selector(".recovery-codes")
        recovery = page.locator(".recovery-codes code").first.inner_text()

        code = oathtool(secret, 1)
        step(page, service)
        answer(page, code)
        page.wait_for_url(re.compile("/account"))

        step(page, service)
        answer(page, code)
        page.wait_for_selector("#code-error")
        page.goto(f"{service.url}/sign-in/second-factor?with=recovery-code")
        answer(page, recovery.lower().replace("-", " "))
        page.wait_for_url(re.compile("/account"))

        step(page, service)
        page.goto(f"{service.url}/sign-in/second-factor?with=recovery-code")
        answer(page, recovery)
        page.wait_for_selector("#code-error")
        page.goto(f"{service.url}/account")
        assert "/sign-in" in page.url
    finally:
        context.close()


def step(page: Page, service: Service) -> None:
    """Sign out, and prove the first factor."""
    page.context.clear_cookies()
    page.goto(f"{service.url}/sign-in")
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sign-in/second-factor"))


def answer(page: Page, code: str) -> None:
    """Type a code and send it."""
    page.locator("main input[name=code]").fill(code)
    page.keyboard.press("Enter")
