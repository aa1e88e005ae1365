"""The passwords an attacker tries first, here and elsewhere, of at least ten characters."""

from typing import Final

# Folded: no marks, lower case, no spaces. Kept by hand from what is public knowledge of leaks.
_TEXT: Final = """
    1234567890 0123456789 0987654321 9876543210 1234567891 12345678910 123456789a a123456789 123123123123
    1122334455 1111111111 0000000000 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5 qwertyuiop qwerty12345 qwerty123456
    asdfghjkl1 asdfghjkl; zxcvbnm123 qazwsxedc1 qazwsxedcrfv password12 password123 password1234 password12345
    passw0rd123 p@ssw0rd123 p@ssword123 password!1 password123! passwordpassword letmein123 welcome123
    welcome1234 admin12345 admin123456 administrator admin@1234 admin@12345 administrator1 changeme123
    changemenow iloveyou12 iloveyou123 iloveyou1234 sunshine123 princess123 football123 superman123
    dragon12345 monkey12345 trustno1234 abc1234567 abc12345678 abc123456789 abcd123456 abcd1234567 abcdefghij
    abcdefghijk abcdef123456 aa12345678 aa123456789 aa123456@@ abc@123456 abc@12345678 123456aa@@ 123456abc@
    matkhau123 matkhau1234 matkhau12345 matkhau123456 matkhaumatkhau matkhaumanh matkhau@123 matkhaulagi
    khongcomatkhau khongbiet123 vietnam123 vietnam1234 vietnam2025 vietnam2026 vietnam@123 vietnamvodich
    vietnam1945 hanoi12345 saigon12345 saigon123456 hochiminh123 hochiminhcity danang12345 anhyeuem123
    emyeuanh123 anhyeuem1234 yeuemnhieulam iloveyouforever toiyeuvietnam toilaaibayday mottrammot
    motcua12345 motcua@123 dichvucong dichvucong123 dichvucong@123 congdan12345 canbo12345 chinhquyen123
    nguyen12345 nguyenvana nguyenvana123 nguyenthi123 tranvana123 anhyeuemnhieu conyeume123 giadinh123
    123456789@ 1234567890@ 123456@abc 12345678@abc qwertyuiop123 qwertyuiop[] 1q2w3e4r5t6y 123qweasdzxc
    qwe123456789 asd123456789 zxc123456789 1234qwerasdf 147258369a 147258369147 159357159357 741852963a
"""
_LIST: Final = frozenset(_TEXT.split())
_RUNS: Final = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)


def known(folded: str) -> bool:
    """Whether the folded password is on the list, a run along the keyboard, or a short piece repeated."""
    if folded in _LIST or any(folded in run or folded[::-1] in run for run in _RUNS):
        return True
    return any(folded == (folded[:size] * (len(folded) // size + 1))[: len(folded)] for size in range(1, 5))
