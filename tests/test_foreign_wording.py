"""An engineer's words on their way to a foreign manager: through the liaison, once, and to nobody else (P-36)."""

from tests.house import FAULT, HE_LAN, WANG, ZHOU, House

WEBER = "d.weber@qingshan-bank.example"


async def test_the_liaisons_wording_reaches_the_foreign_manager_and_nobody_is_asked_again(
    house: House,
) -> None:
    """Her English answer is for him who reads English; the reporter has had the Chinese words."""
    await house.write(ZHOU, FAULT)
    await house.answer(house.letter(HE_LAN, "new_case"), f"#外籍 Daniel Weber {WEBER} en")
    await house.answer(house.letter(WANG, "new_case"), "已定位到认证服务，正在更换证书。")
    asked = house.letters(notice="wording_needed")[-1]
    assert "英文" in asked.subject + asked.text, "it names the manager's language, not the reporter's"
    customers = len(house.letters(ZHOU))
    await house.answer(asked, "We are replacing the certificate of the authentication service.")
    assert "replacing the certificate" in house.letter(WEBER).text
    assert len(house.letters(notice="wording_needed")) == 1
    assert len(house.letters(ZHOU)) == customers
