"""The second chapter: the right word for each request, in the visitor's language."""

from __future__ import annotations

import re

from tests.story.browser import ORIGIN, Answer
from tests.story.telling import Chapter, Story

CHAPTER = Chapter("answering")
step = CHAPTER.step

NOTE = b"Biscuits keep for years.\n"
PLAIN = "text/plain"


def put(story: Story, content: bytes = b"New.", content_type: str = PLAIN, **fields: str) -> Answer:
    """Return the answer to a script that changes the note."""
    return story.stranger().call("PUT", "/note", content, content_type=content_type, **fields)


def tag(story: Story) -> str:
    """Return the note's present tag."""
    return str(story.stranger().visit("/note").headers["ETag"])


@step("head", "HEAD 有 GET 的头字段而没有内容。")
def head_is_get_without_content(story: Story) -> None:
    """HEAD has the fields of GET and no content."""
    browser = story.stranger()
    answer = browser.ask("HEAD", "/note")
    whole = browser.ask("GET", "/note")
    assert (200, b"") == (answer.status, answer.content)
    names = ("Content-Type", "Content-Length", "ETag")
    assert [str(len(NOTE))] == [whole.headers["Content-Length"]]
    assert [whole.headers[name] for name in names] == [answer.headers[name] for name in names]


@step("not-modified", "已经有这个页面的客户端得到 304。")
def who_has_it_gets_304(story: Story) -> None:
    """Whoever has the page already gets 304."""
    known = tag(story)
    answer = story.stranger().visit("/note", if_none_match=known)
    assert (304, b"", known) == (answer.status, answer.content, answer.headers["ETag"])
    assert 200 == story.stranger().visit("/note", if_none_match='"another"').status


@step("part", "请求一部分得到 206，前提是页面没有变；超出末尾则是 416。")
def a_part_is_given(story: Story) -> None:
    """A part is given as 206, if the page is still the one that the other parts are of; beyond its end is 416."""
    browser = story.stranger()
    part = browser.visit("/note", range="bytes=0-7", if_range=tag(story))
    assert (206, b"Biscuits", "bytes 0-7/25") == (part.status, part.content, part.headers["Content-Range"])
    changed = browser.visit("/note", range="bytes=0-7", if_range='"another"')
    assert (200, NOTE) == (changed.status, changed.content)
    beyond = browser.visit("/note", range="bytes=99-")
    assert (416, "bytes */25") == (beyond.status, beyond.headers["Content-Range"])


@step("unconditional", "不说明要改哪个版本的修改请求得到 428。")
def a_change_must_name_the_version(story: Story) -> None:
    """A change that does not say which version it means is 428."""
    assert 428 == put(story).status


@step("outdated", "针对旧版本的修改得到 412，针对当前版本的修改成功。")
def a_change_of_an_old_version_is_refused(story: Story) -> None:
    """A change of a version that is not there any more is 412, one of the present version is made."""
    first = tag(story)
    answers = [put(story, content, if_match=first) for content in (b"First.", b"Second.")]
    assert [204, 412] == [answer.status for answer in answers]
    assert "First." == story.stranger().visit("/note").text
    assert 204 == put(story, NOTE, if_match=tag(story)).status


@step("method", "地址不支持的方法得到 405，并列出它支持的全部方法。")
def a_wrong_method_is_told_the_right_ones(story: Story) -> None:
    """A method that the address does not have is 405, with all those that it has."""
    answer = story.stranger().call("DELETE", "/note")
    assert 405 == answer.status
    assert {"GET", "HEAD", "PUT"} == answer.members("Allow") - {"OPTIONS"}


@step("content-type", "路由不接受的内容类型得到 415，并说明接受什么。")
def a_wrong_type_is_told_the_right_one(story: Story) -> None:
    """Content of a type that the route does not take is 415, and what it takes is said."""
    answer = put(story, b"{}", "application/json", if_match=tag(story))
    assert (415, {PLAIN}) == (answer.status, answer.members("Accept"))


@step("not-acceptable", "客户端不接受路由能给的任何类型时得到 406。")
def nothing_acceptable(story: Story) -> None:
    """Who accepts nothing that the route can give is told so: 406."""
    assert 406 == story.stranger().visit("/note", accept="image/png").status


@step("too-large", "超过路由限度的内容得到 413，什么都没有改变。")
def too_much_content(story: Story) -> None:
    """More content than the route takes is 413, and nothing is changed."""
    assert 413 == put(story, b"x" * 1001, if_match=tag(story)).status
    assert NOTE == story.stranger().visit("/note").content


@step("english", "页面不存在时，读英文的人看到英文说明。")
def an_error_in_english(story: Story) -> None:
    """Where there is no page, whoever reads English is told so in English."""
    answer = story.stranger("en").visit("/nowhere")
    assert (404, "en") == (answer.status, answer.headers["Content-Language"])
    assert "There is no page at this address." in answer.text


@step("problem", "程序得到同一错误的问题文档。")
def an_error_for_a_program(story: Story) -> None:
    """A program is told of an error in a problem document."""
    answer = story.stranger().call("GET", "/nowhere")
    assert (404, "application/problem+json") == (answer.status, answer.headers["Content-Type"])
    assert (404, "Not Found") == (answer.json["status"], answer.json["title"])


@step("chinese", "读中文的人看到中文的错误页和登录页。")
def an_error_in_chinese(story: Story) -> None:
    """Whoever reads Chinese gets the error and the sign-in page in Chinese."""
    browser = story.stranger("zh-CN,zh;q=0.9")
    answer = browser.visit("/nowhere")
    assert 404 == answer.status
    assert answer.headers["Content-Language"].startswith("zh")
    assert "未找到" in answer.text
    assert "登录" in browser.visit("/auth/sign-in").text


@step("accident", "没有料到的错误是 500，带有日志中同样的编号，错误内容不外泄。")
def an_accident_has_a_number(story: Story) -> None:
    """An error that nobody foresaw is 500 with a number that stands in the log, and nothing of the error leaves."""
    with story.logging("nobody outside will read this"):
        answer = story.stranger().visit("/fail")
    number = re.search(r"\b[0-9a-f]{12}\b", answer.text)
    assert (500, True) == (answer.status, number is not None)
    assert "nobody outside" not in answer.text


@step("other-host", "发给其他主机的请求得到 421，无论路径。")
def another_host(story: Story) -> None:
    """A request for another host is 421, whatever its path."""
    browser = story.stranger()
    answers = [browser.ask("GET", path, fields={"Host": "evil.example"}) for path in ("/", "/auth/sign-in")]
    assert [421, 421] == [answer.status for answer in answers]
    assert ORIGIN not in answers[0].text


@step("late", "响应开始之后再改会话会在日志中报错，而不是悄悄丢失。")
def a_late_change_is_an_error(story: Story) -> None:
    """A change of the session after the answer has begun is an error in the log and no silent loss."""
    browser = story.stranger()
    browser.tolerant = True  # a WSGI server breaks off there, which is as loud as can be
    with story.logging("after the headers of the answer had left"):
        answer = browser.visit("/late")
    assert (200, []) == (answer.status, answer.set_cookies)
