#!/usr/bin/env python3
"""Writes the cases that PersonalCasesTest counts: personal_cases.py DIRECTORY

For each kind KIND.found.txt, lines in which ⟦…⟧ marks what has to be found, and KIND.left.txt, lines in which nothing of
the kind stands, though it looks so. Sentences and look-alikes are made by hand, the numbers in them by chance from a fixed
seed; nothing belongs to anybody on purpose.
"""
import base64
import random
import string
import sys
from pathlib import Path

COUNT = 500
rnd = random.Random(16)
UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits


def some(alphabet, n):
    return "".join(rnd.choice(alphabet) for _ in range(n))


def num(low, high):
    return str(rnd.randint(low, high))


FIRST = "anna bob chen dmitri elena farid grace hans ines jun kofi lea mei noor olga pablo qi rosa sam tomoko uma victor wei xin yara zoe".split()
LAST = "smith o'brien garcia müller ivanov tanaka li zhang kowalski da-silva okafor jensen rossi novak haddad".split()
HOSTS = "example mail gmx corp-site uni-bonn qq 163 fastmail proton acme lab.cs hospital.city my-shop news24".split()
TLDS = "com org net edu de fr cn co.uk io info ac.jp com.br gov.au ru dev museum".split()


def local():
    f = rnd.choice(FIRST)
    l = rnd.choice(LAST).replace("ü", "ue")
    return rnd.choice([f, f + "." + l.replace("'", ""), f + "_" + num(1, 99), f[0] + l.replace("'", ""), f + "+news", f + num(1950, 2010),
                       num(10000, 999999999), f.upper(), f.title() + "-" + l.title().replace("'", ""), l if l[0] != "o" else f, f + "." + num(1, 9)])


def email():
    address = local() + "@" + rnd.choice(HOSTS) + "." + rnd.choice(TLDS)
    return address if rnd.random() < 0.9 else address.upper()


EMAIL = [
    "Write to {} for details.", "mailto:{}", "<{}>", "\"{}\"", "From: Anna Smith <{}>", "Contact ({}), please.", "E-mail={}", "{}, or by post",
    "联系邮箱:{}。", "请发送至{}，谢谢。", "user={}&id=3", "my address is {}.", "{};bob", "To: {}", "| {} | admin |", "author = '{}'", "email:{}",
    "Ask {}!", "Is it {}?", "e-mail：{}（张）", "[{}](mailto:x)", "{}\tactive", "Thanks, {} -- sent from my phone", "#{}", "メールは{}まで。",
]


def version(n=3):
    return ".".join(num(0, 30) for _ in range(n))


EMAIL_LEFT = [
    lambda: "Follow @" + rnd.choice(FIRST) + " on " + rnd.choice(["X", "GitHub", "Mastodon"]),
    lambda: "npm install " + rnd.choice(["lodash", "react", "left-pad", "vue"]) + "@" + version(),
    lambda: "@" + rnd.choice(FIRST) + "@" + rnd.choice(["mastodon.social", "fosstodon.org", "chaos.social"]) + " said so",
    lambda: "git clone git@" + rnd.choice(["github.com", "gitlab.com", "bitbucket.org"]) + ":" + rnd.choice(FIRST) + "/repo" + num(1, 99) + ".git",
    lambda: "https://medium.com/@" + rnd.choice(FIRST) + "/a-post-" + num(100, 999),
    lambda: "icon" + num(1, 99) + "@2x.png and photo@3x.jpg",
    lambda: "@Override public void run" + num(1, 99) + "() {",
    lambda: rnd.choice(FIRST) + "@localhost:~$ ls -l",
    lambda: "root@" + rnd.choice(["db", "web", "node"]) + num(1, 30) + ": uptime",
    lambda: "https://www.google.com/maps/@" + num(-80, 80) + "." + num(1000, 9999) + "," + num(-170, 170) + "." + num(1000, 9999) + ",15z",
    lambda: num(2, 60) + " apples @ $" + num(1, 9) + "." + num(10, 99) + " each",
    lambda: "x @ y.T for matrix " + num(1, 99),
    lambda: "https://user@" + rnd.choice(["host", "db"]) + num(1, 9) + ".internal.net/path",
    lambda: "uses: actions/checkout@v" + num(1, 4) + "." + num(0, 9),
    lambda: "image: repo/app@sha256:" + some("0123456789abcdef", 64),
    lambda: "Meet me @ the cafe on " + num(1, 99) + "th street",
    lambda: "@media screen and (max-width: " + num(300, 900) + "px)",
    lambda: "ssh://deploy@" + rnd.choice(FIRST) + ".example.org:22/repo",
    lambda: "the @ sign, U+0040, number " + num(1, 99),
    lambda: "a" + num(1, 99) + "@b is too short, and so is @c.d",
    lambda: "postgres://app:" + some(LOWER + DIGITS, 12) + "@db" + num(1, 9) + ".example.com/prod",
    lambda: rnd.choice(FIRST) + " at example dot com, " + num(1, 99),
    lambda: "foo..@.com and @@" + num(1, 99) + ".com",
    lambda: "@app.route('/item/" + num(1, 99) + "')",
    lambda: "scp file" + num(1, 99) + ".txt anna@backup.example.org:/srv/data",
]

AREA = ["212", "310", "415", "617", "702", "206", "312", "404", "713", "305", "503", "919"]


def us():
    return rnd.choice(AREA), num(200, 999).replace("911", "912").replace("555", "556"), num(0, 9999).zfill(4)


def phone():
    a, b, c = us()
    if b[1:] == "11":
        b = b[0] + "23"
    cn = rnd.choice(["138", "139", "150", "186", "177", "135"]) + some(DIGITS, 8)
    return rnd.choice([
        f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"+1 {a} {b} {c}", f"+1-{a}-{b}-{c}", f"1-{a}-{b}-{c}", f"+1{a}{b}{c}", f"{a} {b} {c}",
        f"({a}){b}-{c}", f"+86 {cn[:3]} {cn[3:7]} {cn[7:]}", cn, f"+86{cn}", f"{cn[:3]}-{cn[3:7]}-{cn[7:]}", f"{cn[:3]} {cn[3:7]} {cn[7:]}",
        "+44 20 7" + some(DIGITS, 3) + " " + some(DIGITS, 4), "+49 30 " + some("123456789", 1) + some(DIGITS, 6), "+33 6 " + " ".join(some(DIGITS, 2) for _ in range(4)),
        "+81 90-" + num(1000, 9999) + "-" + some(DIGITS, 4), "+91 98" + some(DIGITS, 3) + " " + some(DIGITS, 5), "+61 4" + some("12345", 1) + some(DIGITS, 1) + " " + some(DIGITS, 3) + " " + some(DIGITS, 3),
        f"010-{num(6000, 8999)}{some(DIGITS, 4)}",
    ])


PHONE = [
    "Call {} today.", "Tel: {}", "phone {} or fax", "My cell is {}, after six.", "Reach us at {}.", "电话：{}", "手机{}，微信同号", "Mobile: {};", "Fax {}", "{} (office)",
    "联系电话 {}。", "Dial {} now!", "Text me: {}", "Customer care: call {}?", "请致电{}咨询", "Phone|{}|home", "T: tel {}", "Hotline {} is open all day", "sms to {}", "WhatsApp {}",
]

PHONE_LEFT = [
    lambda: f"on {num(1900, 2030)}-{num(1, 12).zfill(2)}-{num(1, 28).zfill(2)} at {num(0, 23).zfill(2)}:{num(0, 59).zfill(2)}",
    lambda: f"{num(1, 12)}/{num(1, 28)}/{num(1900, 2030)} was a Monday",
    lambda: f"ISBN 978-{num(0, 9)}-{num(100, 999)}-{num(10000, 99999)}-{num(0, 9)}",
    lambda: f"ISBN-10: {num(0, 9)}-{num(100, 999)}-{num(10000, 99999)}-{rnd.choice('0123456789X')}",
    lambda: f"Order #{num(1000000000, 9999999999)} has shipped",
    lambda: f"order no. {num(100, 999)}-{num(1000000, 9999999)}-{num(1000000, 9999999)}",
    lambda: f"at {num(-90, 89)}.{some(DIGITS, 6)}, {num(-180, 179)}.{some(DIGITS, 6)}",
    lambda: f"pi is 3.{some(DIGITS, 10)} or so",
    lambda: f"timestamp {num(1500000000, 1799999999)}",
    lambda: f"version {version(4)}-{num(2010, 2030)}",
    lambda: f"$ {num(1, 999)},{num(100, 999)},{num(100, 999)}.{num(10, 99)} in total",
    lambda: f"population: {num(1, 999)},{num(100, 999)},{num(100, 999)}",
    lambda: f"commit {some('0123456789abcdef', 40)}",
    lambda: f"uuid {some('0123456789abcdef', 8)}-{some('0123456789abcdef', 4)}-4{some('0123456789abcdef', 3)}-{some('89ab', 1)}{some('0123456789abcdef', 3)}-{some('0123456789abcdef', 12)}",
    lambda: f"color #{some('0123456789abcdef', 6)} and #{some(DIGITS, 6)}",
    lambda: f"pages {num(100, 400)}-{num(401, 999)} of volume {num(1, 20)}",
    lambda: f"from {num(1800, 1899)} to {num(1900, 2020)}, {num(10, 99)} of {num(100, 999)}",
    lambda: f"SKU {some(DIGITS, 12)}",
    lambda: f"https://example.com/item/{num(1000000000, 9999999999)}?ref={num(1000000, 9999999)}",
    lambda: f"{num(100, 999)} {num(100, 999)} {num(100, 999)} people live there",
    lambda: f"the sequence {' '.join(num(1, 99) for _ in range(8))} goes on",
    lambda: f"RFC {num(1000, 9999)}, section {version(3)}",
    lambda: f"10.{num(1000, 9999)}/s{num(10000, 99999)}-{num(10, 99)}-{num(1000, 9999)}-{num(0, 9)}",
    lambda: f"ZIP {num(10000, 99999)}-{num(1000, 9999)}",
    lambda: f"id={num(1000000000, 9999999999)}&n={num(1, 9)}",
    lambda: f"订单号{num(20, 99)}{some(DIGITS, 16)}已发货",
    lambda: f"score {num(1, 9)}-{num(0, 9)}, {num(1, 9)}-{num(0, 9)}, {num(1, 9)}-{num(0, 9)}",
    lambda: f"MAC {':'.join(some('0123456789abcdef', 2) for _ in range(6))}",
    lambda: f"{num(1900, 1999)}年{num(1, 12)}月{num(1, 28)}日，共{num(100000, 999999)}人",
    lambda: f"{num(1, 9)}.{some(DIGITS, 7)}e-{num(10, 30)} mol",
]


def ip4():
    while True:
        o = [rnd.randint(1, 223), rnd.randint(0, 255), rnd.randint(0, 255), rnd.randint(1, 254)]
        private = o[0] in (10, 127) or (o[0] == 172 and 16 <= o[1] < 32) or (o[0] == 192 and o[1] == 168) or (o[0] == 169 and o[1] == 254)
        if not private and max(o) >= 20:
            return ".".join(map(str, o))


def ip6():
    h = "0123456789abcdef"
    head = rnd.choice(["2001", "2a00", "2606", "2400", "2c0f", "2804"])
    return rnd.choice([
        head + ":" + ":".join(num(1, 9) + some(h, rnd.randint(0, 3)) for _ in range(7)),
        head + ":" + some("123456789", 1) + some(h, 3) + "::" + num(1, 9999),
        (head + ":" + ":".join(some(h, 4) for _ in range(7))).upper(),
        head + ":" + some(h, 3) + ":" + num(1, 99) + "::" + some(h, 4) + ":" + num(1, 9),
    ])


def ip():
    return ip4() if rnd.random() < 0.7 else ip6()


IP = [
    "Connection from {} refused", "ping {}", "host={} user=root", "[{}] GET /index.html", "IP address: {}.", "blocked {} for an hour", "{} - - [10/Oct/2020:13:55:36]", "server {}, please",
    "登录IP：{}，时间", "地址{}已封禁", "client_ip=\"{}\"", "from {} to elsewhere", "traceroute to {} failed", "({})", "X-Forwarded-For: {}", "the proxy {} is down", "peer {} closed", "Received: by {} with SMTP", "ssh {}", "<{}>",
]

IP_LEFT = [
    lambda: f"version {version(4)}", lambda: f"v{version(4)} is out", lambda: f"Chrome/{num(60, 120)}.0.{num(1000, 9999)}.{num(10, 200)}", lambda: f"see section {version(4)} below",
    lambda: f"Firmware {num(1, 20)}.{num(0, 99)}.{num(0, 255)}.{num(0, 255)}", lambda: f"package=={version(4)}", lambda: f"OID 1.3.6.1.4.1.{num(1, 9999)}.{num(1, 9)}",
    lambda: f"{num(256, 999)}.{num(1, 255)}.{num(1, 255)}.{num(1, 255)} is no address", lambda: f"at {num(0, 23).zfill(2)}:{num(0, 59).zfill(2)}:{num(0, 59).zfill(2)} sharp",
    lambda: f"MAC {':'.join(some('0123456789abcdef', 2) for _ in range(6))}", lambda: "std::vector<int> v" + num(1, 99) + "; Foo::bar();", lambda: f"a[{num(1, 9)}::{num(2, 9)}]",
    lambda: f"192.168.{num(0, 255)}.{num(1, 254)} is at home", lambda: f"listen on 127.0.0.1:{num(1000, 9999)}", lambda: f"10.{num(0, 255)}.{num(0, 255)}.{num(1, 254)} in the cluster",
    lambda: f"Build {num(6, 10)}.0.{num(10000, 99999)}.{num(100, 999)}", lambda: f"{version(3)} and {version(2)}", lambda: f"costs {num(1, 999)}.{num(100, 999)}.{num(100, 999)},{num(10, 99)} EUR",
    lambda: f"{num(1, 28)}.{num(1, 12)}.{num(1990, 2030)}", lambda: f"Genesis {num(1, 50)}:{num(1, 30)}-{num(31, 40)}", lambda: f"ratio {num(1, 9)}:{num(1, 9)}:{num(1, 9)}",
    lambda: f"libfoo.so.{version(4)}", lambda: f"fe80::{some('0123456789abcdef', 4)}:{num(1, 9999)}", lambda: f"{version(4)} Introduction", lambda: f"fingerprint {':'.join(some('0123456789abcdef', 2) for _ in range(16))}",
    lambda: f"{num(1, 300)}.{num(1, 300)}.{num(1, 300)}.{num(1, 300)}.{num(1, 300)} is one too many", lambda: f"版本 {num(1, 30)}.{num(0, 99)}.{num(0, 255)}.{num(0, 255)}", lambda: f"driver {num(20, 30)}.{num(10, 30)}.{num(10, 99)}.{num(1000, 9999)}",
    lambda: f"Release {num(1, 30)}.{num(20, 99)}.{num(20, 99)}.{num(20, 99)} notes", lambda: f"dead:beef and c0ffee::cafe{num(1, 9)}xyz",
]


def luhn(body):
    total = 0
    for i, d in enumerate(reversed(body)):
        v = int(d) * (2 if i % 2 == 0 else 1)
        total += v - 9 if v > 9 else v
    return body + str(-total % 10)


def card_digits():
    prefix, n = rnd.choice([("4", 16), ("4", 16), ("5" + some("12345", 1), 16), ("2" + num(300, 699), 16), ("34", 15), ("37", 15), ("6011", 16), ("65", 16), ("3" + num(530, 589), 16), ("36", 14), ("62", 16), ("62", 19), ("4", 13)])
    return luhn(prefix + some(DIGITS, n - len(prefix) - 1))


def card():
    d = card_digits()
    if len(d) == 15 and rnd.random() < 0.6:
        return rnd.choice([" ", "-"]).join([d[:4], d[4:10], d[10:]])
    if len(d) in (16, 19) and rnd.random() < 0.7:
        return rnd.choice([" ", "-"]).join(d[i:i + 4] for i in range(0, len(d), 4))
    return d


CARD = [
    "Card number {}", "Visa: {}, exp 09/27", "pay with {}.", "card={}", "卡号：{}", "请汇款到{}，谢谢", "({})", "my {} was declined", "cc {} cvv 123", "\"pan\":\"{}\"", "{}", "Amex {} is lost", "number {};", "银行卡{}已冻结", "paid by {}!", "Charge {} twice?",
]


def broken_card():
    d = card_digits()
    last = str((int(d[-1]) + rnd.randint(1, 9)) % 10)
    d = d[:-1] + last
    return " ".join(d[i:i + 4] for i in range(0, len(d), 4)) if rnd.random() < 0.5 else d


CARD_LEFT = [
    lambda: "card " + broken_card(), lambda: "tracking " + broken_card(), lambda: "IMEI " + luhn("35" + some(DIGITS, 12)), lambda: "ISBN " + "978" + some(DIGITS, 10), lambda: "order " + some("789", 1) + some(DIGITS, 15), lambda: "0." + some(DIGITS, 16),
    lambda: "id " + luhn("9" + some(DIGITS, 14)), lambda: "hash " + some("0123456789abcdef", 32), lambda: "x" + card_digits(), lambda: card_digits() + "kg", lambda: "4444 4444 4444 4444", lambda: "0000 0000 0000 0000", lambda: "barcode " + luhn("0" + some(DIGITS, 12)),
    lambda: "tweet " + "1" + some(DIGITS, 18), lambda: "timestamp " + "16" + some(DIGITS, 11), lambda: "account " + luhn("8" + some(DIGITS, 15)), lambda: "UUID " + some("0123456789abcdef", 8) + "-" + some(DIGITS, 4) + "-" + some(DIGITS, 4), lambda: "订单" + luhn("20" + some(DIGITS, 15)),
    lambda: "serial " + "-".join(some(DIGITS, 5) for _ in range(3)), lambda: " ".join(num(1000, 3399) for _ in range(3)), lambda: "file_" + card_digits() + ".jpg", lambda: "https://x.org/p/" + card_digits(), lambda: "3." + card_digits(), lambda: "IBAN DE" + some(DIGITS, 20),
]


def ssn():
    while True:
        area = rnd.randint(1, 899)
        if area != 666:
            return f"{area:03d}-{rnd.randint(1, 99):02d}-{rnd.randint(1, 9999):04d}"


SSN = [
    ("SSN: {}", 0), ("social security number {}", 0), ("{} (SSN)", 0), ("his number, {}, was stolen", 0), ("ssn={}", 0), ("SSN {}.", 0), ("\"ssn\": \"{}\"", 0), ("Social Security # {}", 1), ("SSN {}", 1), ("my SSN is {}", 1), ("ssn:{}", 2), ("Social Security No. {}", 2), ("applicant {} / New York", 0),
    ("社会安全号{}。", 0), ("{}", 0),
]


def bad_ssn():
    return rnd.choice([f"000-{num(10, 99)}-{num(1000, 9999)}", f"666-{num(10, 99)}-{num(1000, 9999)}", f"{num(900, 999)}-{num(10, 99)}-{num(1000, 9999)}", f"{num(100, 665)}-00-{num(1000, 9999)}", f"{num(100, 665)}-{num(10, 99)}-0000", "078-05-1120", "219-09-9999"])


SSN_LEFT = [
    lambda: "SSN " + bad_ssn(), lambda: bad_ssn(), lambda: f"call {num(200, 999)}-{num(200, 999)}-{num(1000, 9999)}", lambda: f"ZIP {num(10000, 99999)}-{num(1000, 9999)}", lambda: f"part {num(100, 999)}-{num(100, 999)}-{num(10, 99)}", lambda: f"A{num(100, 999)}-{num(10, 99)}-{num(1000, 9999)}",
    lambda: f"{num(100, 899)} {num(10, 99)} {num(1000, 9999)} are three numbers", lambda: f"order {num(100000000, 899999999)}", lambda: f"{num(1, 12).zfill(2)}-{num(1, 28).zfill(2)}-{num(1900, 2030)}", lambda: f"{num(1900, 2030)}-{num(1, 12).zfill(2)}-{num(1, 28).zfill(2)}",
    lambda: f"{num(100, 899)}-{num(10, 99)}-{num(1000, 9999)}-{num(1, 9)}", lambda: f"{num(1, 9)}-{num(100, 899)}-{num(10, 99)}-{num(1000, 9999)}", lambda: f"ISBN {num(100, 899)}-{num(0, 9)}-{num(10, 99)}-{num(100000, 999999)}-{num(0, 9)}", lambda: f"{num(100, 899)}-{num(10, 99)}-{num(1000, 9999)}abc", lambda: f"x_{num(100, 899)}-{num(10, 99)}-{num(1000, 9999)}",
    lambda: f"EIN {num(10, 99)}-{num(1000000, 9999999)}", lambda: f"{num(100, 899)}.{num(10, 99)}.{num(1000, 9999)} seconds", lambda: f"population {num(100, 899)},{num(100, 999)},{num(100, 999)}", lambda: f"CAS {num(1000, 9999)}-{num(10, 99)}-{num(0, 9)}", lambda: f"$ {num(100000000, 899999999)} in cash",
]

PROVINCES = "11 12 13 21 31 32 33 34 37 41 42 44 50 51 61 65".split()


def cn_body():
    return rnd.choice(PROVINCES) + num(1, 30).zfill(2) + num(1, 30).zfill(2) + num(1930, 2015) + num(1, 12).zfill(2) + num(1, 28).zfill(2) + some(DIGITS, 3)


def cn_check(body):
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return "10X98765432"[sum(int(a) * b for a, b in zip(body, weights)) % 11]


def cn():
    body = cn_body()
    number = body + cn_check(body)
    return number if rnd.random() < 0.8 else number.lower()


CN = ["身份证号：{}", "身份证{}，男", "他的身份证号码是{}。", "ID card {}", "id={}", "{}", "公民身份号码{}（有效）", "（{}）", "\"idcard\": \"{}\"", "姓名：王伟 证件号：{}", "the number {} was copied", "登记{}；", "ID:{},"]


def bad_cn():
    body = cn_body()
    good = cn_check(body)
    return body + rnd.choice([c for c in "0123456789X" if c != good])


def cn_with(change):
    body = change(cn_body())
    return body + cn_check(body)


CN_LEFT = [
    lambda: "身份证 " + bad_cn(), lambda: bad_cn(), lambda: "身份证 " + cn_with(lambda b: "99" + b[2:]), lambda: cn_with(lambda b: "07" + b[2:]), lambda: cn_with(lambda b: b[:10] + "13" + b[12:]), lambda: cn_with(lambda b: b[:10] + "0230" + b[14:]), lambda: cn_with(lambda b: b[:6] + "1799" + b[10:]),
    lambda: "订单号" + "20" + num(1990, 2030) + some(DIGITS, 12), lambda: "order " + some(DIGITS, 18), lambda: "tweet 1" + some(DIGITS, 17), lambda: "0." + cn().upper().replace("X", "1"), lambda: "x" + cn(), lambda: cn() + some(DIGITS, 1), lambda: cn().upper().replace("X", "1") + "kg", lambda: some(DIGITS, 15) + " is an old form", lambda: "hash " + some("0123456789abcdef", 18),
    lambda: "file_" + cn() + ".pdf", lambda: "卡号 " + "9" + some(DIGITS, 17), lambda: "统一社会信用代码91" + some(DIGITS, 6) + "MA" + some(UPPER, 1) + some(DIGITS, 7), lambda: " ".join(some(DIGITS, 6) for _ in range(3)),
]


def b64(n):
    return base64.b64encode(bytes(rnd.randrange(256) for _ in range(n))).decode()


def url64(n):
    return base64.urlsafe_b64encode(bytes(rnd.randrange(256) for _ in range(n))).decode().rstrip("=")


def pem(kind):
    return "-----BEGIN " + kind + "-----" + b64(96) + b64(96) + "-----END " + kind + "-----"


ALNUM = UPPER + LOWER + DIGITS
TOKEN = [
    lambda: "AKIA" + some(UPPER + "234567", 16), lambda: "ASIA" + some(UPPER + "234567", 16), lambda: "ghp_" + some(ALNUM, 36), lambda: "gho_" + some(ALNUM, 36), lambda: "github_pat_" + some(ALNUM, 22) + "_" + some(ALNUM, 59), lambda: "glpat-" + some(ALNUM, 20), lambda: "xoxb-" + num(10**11, 10**12) + "-" + num(10**11, 10**12) + "-" + some(ALNUM, 24),
    lambda: "xoxp-" + num(10**11, 10**12) + "-" + some(ALNUM, 24), lambda: "AIza" + some(ALNUM + "_-", 35), lambda: "ya29." + some(ALNUM + "_-", 60), lambda: "sk_" + "live_" + some(ALNUM, 24), lambda: "sk-" + some(ALNUM, 48), lambda: "hf_" + some(LOWER + UPPER, 34), lambda: "npm_" + some(ALNUM, 36), lambda: "SG." + some(ALNUM, 22) + "." + some(ALNUM, 43),
    lambda: "eyJhbGciOiJIUzI1NiJ9.eyJ" + url64(30) + "." + url64(32), lambda: pem("RSA PRIVATE KEY"), lambda: pem("PRIVATE KEY"), lambda: pem("EC PRIVATE KEY"), lambda: "glpat-" + some(ALNUM, 10) + "_" + some(ALNUM, 9),
]
TOKEN_IN = ["key {}", "use {} here", "token={}", "\"{}\"", "Authorization: Bearer {}", "密钥：{}。", "export TOKEN='{}'", "({})", "{}", "curl -H \"X: {}\"", "leaked: {}, sorry"]
GIVEN = ["api_key = \"{}\"", "SECRET_KEY={}", "password: '{}'", "AWS_SECRET_ACCESS_KEY={}", "client_secret=\"{}\"", "auth_token: {}", "\"access_token\": \"{}\"", "DB_PASSWORD={}", "--api-key={}", "apiKey: \"{}\""]


def value():
    while True:
        v = rnd.choice([lambda: some(ALNUM, rnd.randint(24, 44)), lambda: some("0123456789abcdef", rnd.choice([32, 40, 64])), lambda: some(ALNUM + "+/", 40)])()
        if sum(c.isdigit() for c in v) >= 2 and "//" not in v and not v.startswith("/"):
            return v


URLS = ["postgres://app:{}@db.example.com/prod", "https://bot:{}@git.example.org/repo.git", "redis://:{}@10.0.0.5:6379", "amqp://svc:{}@mq.example.net:5672/v"]

SECRET_LEFT = [
    lambda: "AKIAIOSFODNN7EXAMPLE", lambda: "AKIA" + some(UPPER, 8) + " is too short", lambda: "ghp_" + some(ALNUM, 12), lambda: "commit " + some("0123456789abcdef", 40), lambda: "sha256:" + some("0123456789abcdef", 64), lambda: "md5 = " + some("0123456789abcdef", 32), lambda: "api_key = YOUR_API_KEY_" + num(1, 99),
    lambda: "password: ${DB_PASSWORD_" + num(1, 99) + "}", lambda: "token = os.environ['TOKEN_" + num(1, 99) + "']", lambda: "secret = getSecretFromVault(name" + num(1, 99) + ")", lambda: "uuid: " + some("0123456789abcdef", 8) + "-" + some("0123456789abcdef", 4) + "-4" + some("0123456789abcdef", 3) + "-a" + some("0123456789abcdef", 3) + "-" + some("0123456789abcdef", 12),
    lambda: "-----BEGIN CERTIFICATE-----" + b64(60) + "-----END CERTIFICATE-----", lambda: "-----BEGIN PUBLIC KEY-----" + b64(60) + "-----END PUBLIC KEY-----", lambda: "data:image/png;base64," + b64(60), lambda: "the token: " + rnd.choice(["a word", "a piece of text", "something small"]) + " " + num(1, 99), lambda: "https://user:$PASSWORD@host" + num(1, 9) + ".example.com",
    lambda: "https://example.com:" + num(1000, 9999) + "/a@b", lambda: "password = changeme" + num(1, 99), lambda: "sk-learn and sk-" + num(1, 999) + " are short", lambda: "etag: \"" + some("0123456789abcdef", 32) + "\"", lambda: "tokenizer: bert-base-uncased-" + num(1, 99), lambda: "key: " + rnd.choice(["ctrl+alt+del", "primary", "C major"]) + " " + num(1, 99),
    lambda: "class eyJohn" + num(1, 99) + " {}", lambda: "api_key=xxxxxxxxxxxxxxxxxxxxxxxx" + num(1, 9), lambda: "secret: the-quick-brown-fox-jumps-over", lambda: "max_tokens: " + num(1000, 99999), lambda: "integrity sha512-" + b64(48), lambda: "password=/run/secrets/db_password" + num(1, 99) + ".txt", lambda: "AIzaSyShort" + num(1, 99), lambda: "password: correct horse battery staple " + num(1, 99),
]


def found(kind):
    if kind == "email":
        return rnd.choice(EMAIL).replace("{}", "⟦" + email() + "⟧")
    if kind == "phone":
        return rnd.choice(PHONE).replace("{}", "⟦" + phone() + "⟧")
    if kind == "ip":
        return rnd.choice(IP).replace("{}", "⟦" + ip() + "⟧")
    if kind == "card":
        return rnd.choice(CARD).replace("{}", "⟦" + card() + "⟧")
    if kind == "us_ssn":
        text, form = rnd.choice(SSN)
        number = ssn().replace("-", ["-", " ", ""][form])
        return text.replace("{}", "⟦" + number + "⟧")
    if kind == "cn_id":
        return rnd.choice(CN).replace("{}", "⟦" + cn() + "⟧")
    which = rnd.random()
    if which < 0.65:
        return rnd.choice(TOKEN_IN).replace("{}", "⟦" + rnd.choice(TOKEN)() + "⟧")
    if which < 0.9:
        return rnd.choice(GIVEN).replace("{}", "⟦" + value() + "⟧")
    return rnd.choice(URLS).replace("{}", "⟦" + some(ALNUM, rnd.randint(8, 20)) + "⟧")


LEFT = {"email": EMAIL_LEFT, "phone": PHONE_LEFT, "ip": IP_LEFT, "card": CARD_LEFT, "us_ssn": SSN_LEFT, "cn_id": CN_LEFT, "secret": SECRET_LEFT}

directory = Path(sys.argv[1])
directory.mkdir(parents=True, exist_ok=True)
for kind, left in LEFT.items():
    (directory / f"{kind}.found.txt").write_text("".join(found(kind) + "\n" for _ in range(COUNT)), encoding="utf-8")
    (directory / f"{kind}.left.txt").write_text("".join(rnd.choice(left)() + "\n" for _ in range(COUNT)), encoding="utf-8")
