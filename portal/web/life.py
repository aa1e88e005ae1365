"""What happens in life, in the order in which one meets it, and the procedures of each stage."""

from typing import Final

import msgspec


class Stage(msgspec.Struct, frozen=True):
    """One stage: what to do, in a sentence, and the codes of its procedures in order."""

    title: str
    text: str
    codes: tuple[str, ...] = ()


class Event(msgspec.Struct, frozen=True):
    """Something that happens in life; `what` names its procedures in a few words."""

    key: str
    name: str
    what: str
    icon: str
    lead: str
    stages: tuple[Stage, ...]


EVENTS: Final = (
    Event(
        "birth",
        "Sinh con",
        "Khai sinh, khai sinh lại, liên thông",
        "egg",
        "Từ lúc con chào đời đến khi con có đủ giấy tờ.",
        (
            Stage(
                "Con vừa sinh: giữ giấy chứng sinh",
                "Nơi sinh cấp giấy chứng sinh. Chụp lại rõ bốn góc: khai sinh cần tấm ảnh ấy.",
            ),
            Stage(
                "Đăng ký khai sinh",
                "Có thể làm một lần cho cả khai sinh, nơi thường trú và thẻ bảo hiểm y tế của con.",
                ("2.000986", "1.001193", "1.000689"),
            ),
            Stage(
                "Ghi nơi thường trú của con",
                "Chỉ cần khi bạn chưa làm chung với khai sinh.",
                ("1.004222",),
            ),
            Stage(
                "Sau này: bản sao, làm lại, sửa thông tin",
                "Khi cần thêm bản, khi mất bản chính, hoặc khi giấy ghi sai.",
                ("2.000635", "1.004884", "1.004772", "1.004859", "1.004845"),
            ),
        ),
    ),
    Event(
        "marriage",
        "Kết hôn",
        "Xác nhận độc thân, đăng ký kết hôn",
        "hearts",
        "Trước ngày cưới, ngày đăng ký và giấy tờ về sau.",
        (
            Stage(
                "Trước khi đăng ký",
                "Giấy xác nhận tình trạng hôn nhân, khi nơi đăng ký hoặc việc khác cần đến.",
                ("1.004873",),
            ),
            Stage("Đăng ký kết hôn", "Hai người cùng khai; kiểm tra kỹ tên và ngày sinh.", ("1.000894",)),
            Stage(
                "Sau này: bản sao, làm lại, sửa thông tin",
                "Khi cần thêm bản, khi sổ và bản chính đều mất, hoặc khi giấy ghi sai.",
                ("2.000635", "1.004746", "1.004859"),
            ),
        ),
    ),
    Event(
        "move",
        "Chuyển chỗ ở",
        "Thường trú, tạm trú",
        "house-door",
        "Từ giấy tờ nhà đất đến nơi ở mới trong dữ liệu dân cư.",
        (
            Stage("Mua, tặng, cho thuê nhà đất", "Hợp đồng cần chứng thực thì làm trước.", ("2.001035",)),
            Stage(
                "Đăng ký nơi ở mới",
                "Ở lâu dài thì đăng ký thường trú; ở một thời gian thì đăng ký tạm trú.",
                ("1.004222", "1.004194"),
            ),
        ),
    ),
    Event(
        "build",
        "Xây, sửa nhà",
        "Giấy phép xây dựng",
        "building-add",
        "Xong giấy tờ đất rồi mới xin phép, có phép rồi mới khởi công.",
        (
            Stage(
                "Giấy tờ đất, nhà",
                "Mua, tặng, thừa kế: chứng thực giao dịch hoặc văn bản chia di sản.",
                ("2.001035", "2.001406"),
            ),
            Stage(
                "Trước khi khởi công: xin phép", "Nộp bản vẽ có chữ ký số của người thiết kế.", ("1.013225",)
            ),
        ),
    ),
    Event(
        "business",
        "Mở doanh nghiệp",
        "Thành lập công ty, giấy phép kinh doanh",
        "shop",
        "Chọn loại hình, đăng ký, rồi xin giấy phép riêng của ngành nếu ngành đó cần.",
        (
            Stage(
                "Đăng ký thành lập",
                "Một chủ sở hữu, hai đến năm mươi thành viên, hay cổ phần: chọn đúng loại trước.",
                ("2.001583", "2.001199", "2.002043"),
            ),
            Stage(
                "Giấy phép riêng của ngành",
                "Chỉ ngành có điều kiện mới cần.",
                ("2.000591", "1.000479"),
            ),
        ),
    ),
    Event(
        "travel",
        "Đi nước ngoài",
        "Hộ chiếu phổ thông",
        "passport",
        "Xin hộ chiếu trước khi mua vé.",
        (Stage("Xin hộ chiếu", "Khai trên mạng, đến quầy một lần khi phải lấy vân tay.", ("1.001456",)),),
    ),
    Event(
        "copies",
        "Cần bản sao, chứng thực",
        "Bản sao hộ tịch, chữ ký",
        "file-earmark-check",
        "Bản sao từ sổ gốc, sao y từ bản chính, chứng thực chữ ký và người dịch.",
        (
            Stage(
                "Bản sao từ sổ của cơ quan",
                "Không cần có bản chính trong tay.",
                ("2.000635", "2.000908", "1.004873", "1.004884"),
            ),
            Stage("Sao y từ bản chính", "Mang bản chính đến để đối chiếu.", ("2.000815", "2.000942")),
            Stage(
                "Chứng thực chữ ký, người dịch",
                "Ký trước mặt người chứng thực.",
                ("2.000884", "2.001008", "2.000992"),
            ),
            Stage("Sửa giao dịch đã chứng thực", "Làm ở nơi đã chứng thực.", ("2.000913", "2.000927")),
        ),
    ),
    Event(
        "death",
        "Người thân qua đời",
        "Khai tử, khai tử lại",
        "flower1",
        "Chúng tôi chia buồn cùng gia đình. Việc cần làm trước là khai tử; các việc khác có thể để sau.",
        (
            Stage("Đăng ký khai tử", "Người thân khai thay; cần giấy báo tử.", ("1.000656",)),
            Stage(
                "Di chúc và thừa kế",
                "Chia di sản, từ chối nhận, hoặc lập di chúc khi còn khỏe.",
                ("2.001406", "2.001016", "2.001019"),
            ),
            Stage(
                "Sau này: trích lục, làm lại",
                "Khi cần thêm bản hoặc khi sổ đã mất.",
                ("2.000635", "1.005461"),
            ),
        ),
    ),
)
EVENT_NAMES: Final = {one.key: one.name for one in EVENTS}
BY_KEY: Final = {one.key: one for one in EVENTS}
