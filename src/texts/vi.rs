//! Vietnamese. In alphabetical order of the keys; the first word after a name is lower case.

pub(super) const PHRASES: &[(&str, &str)] = &[
    ("cashier.balance", "số dư {points}"),
    ("cashier.discount", "giảm {amount}"),
    ("cashier.earned", "được {points}"),
    ("cashier.nothing", "Không tích điểm"),
    ("cashier.spent", "dùng {points}"),
    ("cashier.with_card", "có thẻ thành viên: {points}"),
    ("code.unknown", "Mã {code}: không thuộc chương trình này"),
    ("display.balance", "Dư {points}"),
    ("display.earned", "+{points}"),
    ("display.nothing", "Cảm ơn quý khách"),
    ("display.spent", "-{points}"),
    ("display.with_card", "Có thẻ: +{points}"),
    (
        "earn.amount.applied",
        "{name}: {base} / {per} × {rate} = {exact} → {points} ({rounding})",
    ),
    (
        "earn.amount.more",
        "{text}; thêm {missing} để được thêm {gain}",
    ),
    (
        "earn.amount.no_member",
        "{name}: {points} nếu có thẻ thành viên ({base} / {per} × {rate} = {exact}, {rounding})",
    ),
    (
        "earn.amount.nothing_to_pay",
        "{name}: hóa đơn sau giảm giá là {base}, không có gì để tích điểm",
    ),
    (
        "earn.amount.steps",
        "{name}: {base} có {steps} lần {per} × {rate} = {exact} → {points} ({rounding})",
    ),
    (
        "earn.amount.steps_no_member",
        "{name}: {points} nếu có thẻ thành viên ({base} có {steps} lần {per} × {rate} = {exact}, {rounding})",
    ),
    (
        "earn.amount.too_little",
        "{name}: hóa đơn {base}, chưa được điểm",
    ),
    (
        "identifier.known",
        "Số này đã được đăng ký; hãy quét để xem thành viên",
    ),
    ("member.card", "{member}: số dư {balance}"),
    (
        "member.card_elsewhere",
        "{member}: thành viên của cửa hàng khác, chưa biết số dư tại đây",
    ),
    (
        "member.unknown",
        "Không tìm thấy thành viên; có thể đăng ký mới",
    ),
    (
        "members.numbers_used_up",
        "Quầy này đã hết số thành viên; hãy báo trụ sở",
    ),
    ("points.short", "Cần {wanted}, hiện dùng được {spendable}"),
    ("receipt.balance", "Số dư"),
    ("receipt.discount", "Giảm giá"),
    ("receipt.earned", "Tích được"),
    ("receipt.known", "Hóa đơn này đã được ghi rồi"),
    ("receipt.spent", "Đã dùng"),
    ("receipt.unknown", "Không tìm thấy hóa đơn"),
    ("receipt.with_card", "Nếu có thẻ thành viên"),
    ("redeem.applied", "{name}: dùng {points}, giảm {amount}"),
    ("redeem.limit.most", "{text}; mỗi lần nhiều nhất {limit}"),
    (
        "redeem.limit.payable",
        "{text}; đủ cho số tiền phải trả {limit}",
    ),
    (
        "redeem.limit.share",
        "{text}; nhiều nhất {share}% hóa đơn, là {limit}",
    ),
    (
        "redeem.limit.spendable",
        "{text}; hiện chỉ dùng được {limit}",
    ),
    ("redeem.limit.wanted", "{text}; yêu cầu {limit}"),
    (
        "redeem.no_member",
        "{name}: không có thẻ thành viên, không dùng điểm",
    ),
    ("redeem.none_spendable", "{name}: hiện chưa có điểm để dùng"),
    ("redeem.not_offered", "{name}: không dùng để thanh toán"),
    (
        "redeem.not_wanted",
        "{name}: không yêu cầu dùng; có thể dùng {points}, giảm {amount}",
    ),
    (
        "redeem.nothing_to_pay",
        "{name}: không có gì để thanh toán bằng điểm",
    ),
    (
        "redeem.too_few",
        "{name}: dùng được {points}, ít hơn mức tối thiểu {least}",
    ),
    ("refund.amount_left", "Chỉ còn hoàn được {left}"),
    ("refund.before_sale", "Ngày trả hàng sớm hơn ngày bán"),
    ("refund.quantity_left", "Chỉ còn trả được {left}"),
    (
        "reward.unknown",
        "Quà {reward}: không thuộc chương trình này",
    ),
    ("rounding.ceiling", "làm tròn lên"),
    ("rounding.floor", "làm tròn xuống"),
    ("rounding.half_even", "làm tròn nửa về số chẵn"),
    ("rounding.half_up", "làm tròn nửa lên"),
    ("rounding.toward_zero", "bỏ phần lẻ"),
    (
        "sale.committed",
        "Giao dịch này đã hoàn tất; muốn hủy hãy trả hàng",
    ),
    (
        "sale.not_committed",
        "Giao dịch này chưa hoàn tất; hãy hủy thay vì trả hàng",
    ),
    ("sale.refunded", "Hóa đơn này đã được trả hàng rồi"),
    ("sale.unknown", "Không tìm thấy giao dịch"),
    ("sale.voided", "Giao dịch này đã bị hủy"),
    (
        "scan.check_digit",
        "Sai số kiểm tra: đọc nhầm một chữ số hoặc hai chữ số bị đảo. Hãy quét lại.",
    ),
    ("scan.empty", "Chưa quét được mã nào."),
    (
        "scan.not_a_card_code",
        "Đây là mã thành viên hoặc số điện thoại, không phải mã thẻ.",
    ),
    ("scan.not_a_phone", "Đây không phải số điện thoại Việt Nam."),
    (
        "scan.not_printable",
        "Mã quét bị sai ký tự. Hãy tắt bộ gõ tiếng Việt rồi quét lại.",
    ),
    (
        "scan.payment_card",
        "Đây là thẻ thanh toán, không phải thẻ thành viên. Số thẻ không được lưu.",
    ),
    ("scan.too_long", "Mã quá dài, không phải mã thành viên."),
    (
        "till.call_support",
        "Phần mềm bán hàng gọi sai; hãy báo bộ phận hỗ trợ",
    ),
    (
        "till.disk_full",
        "Ổ đĩa đầy; vẫn bán được, điểm sẽ ghi sau khi có chỗ trống",
    ),
    ("till.open_elsewhere", "Sổ điểm đang mở ở chương trình khác"),
    (
        "till.without_loyalty",
        "Tạm thời không tích điểm được; vẫn bán hàng bình thường",
    ),
];
