//! Vietnamese: what was scanned and is no member's code, and what to do about it.

/// Keys in alphabetical order, each with its text.
pub(super) const PHRASES: &[(&str, &str)] = &[
    (
        "scan.alipay",
        "Đây là mã thanh toán Alipay, không phải mã thành viên. Hãy xin khách mã thành viên hoặc số điện thoại.",
    ),
    (
        "scan.calendar",
        "Đây là mã QR lịch hẹn, không phải mã thành viên. Hãy xin khách mã thành viên.",
    ),
    (
        "scan.check_digit",
        "Sai số kiểm tra: đọc nhầm một chữ số hoặc hai chữ số bị đảo. Hãy quét lại.",
    ),
    (
        "scan.citizen_card",
        "Đây là căn cước công dân. Không dùng và không lưu. Hãy xin khách mã thành viên hoặc số điện thoại.",
    ),
    ("scan.empty", "Chưa quét được mã nào."),
    (
        "scan.foreign_coupon",
        "Phiếu này không phải của cửa hàng và không dùng được ở đây.",
    ),
    (
        "scan.foreign_phone",
        "Đây là số điện thoại nước ngoài, cửa hàng chưa nhận. Hãy xin khách số Việt Nam hoặc mã thành viên.",
    ),
    (
        "scan.gs1_asset",
        "Đây là mã tài sản (két, vỏ, pallet), không phải mã thành viên.",
    ),
    (
        "scan.gs1_damaged",
        "Mã GS1 bị lỗi hoặc thiếu ký tự. Hãy quét lại.",
    ),
    (
        "scan.gs1_document",
        "Đây là mã chứng từ, không phải mã thành viên.",
    ),
    (
        "scan.gs1_other",
        "Đây là mã hàng hoặc mã vận chuyển, không phải mã thành viên.",
    ),
    (
        "scan.gs1_part",
        "Đây là mã linh kiện, không phải mã thành viên.",
    ),
    (
        "scan.gs1_staff",
        "Đây là mã nhân viên, không phải mã thành viên.",
    ),
    (
        "scan.health_certificate",
        "Đây là mã QR y tế. Không dùng và không lưu. Hãy xin khách mã thành viên.",
    ),
    (
        "scan.in_store_code",
        "Đây là mã nội bộ: hàng cân ký hoặc thẻ của nơi khác. Nếu là thẻ của cửa hàng, hãy nhờ quản lý khai báo dải số.",
    ),
    (
        "scan.input_method",
        "Bộ gõ tiếng Việt (UniKey) đang bật. Hãy tắt rồi quét lại.",
    ),
    (
        "scan.json",
        "Mã QR này là dữ liệu của một ứng dụng khác, không phải mã thành viên.",
    ),
    (
        "scan.keyboard_layout",
        "Bàn phím Windows đang để kiểu Vietnamese. Hãy đổi sang US rồi quét lại.",
    ),
    (
        "scan.letter",
        "Đây là mã QR e-mail, không phải mã thành viên.",
    ),
    (
        "scan.link_no_member",
        "Liên kết này của cửa hàng nhưng không có mã thành viên. Hãy mở trang thẻ thành viên rồi quét lại.",
    ),
    (
        "scan.link_unencrypted",
        "Liên kết này không an toàn (http). Hãy quét mã trong ứng dụng hoặc trên thẻ mới.",
    ),
    (
        "scan.link_untrusted",
        "Liên kết này của trang khác, không phải của cửa hàng. Hãy xin khách mã thành viên.",
    ),
    (
        "scan.message",
        "Đây là mã QR tin nhắn, không phải mã thành viên.",
    ),
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
        "scan.one_time_password",
        "Đây là mã bí mật của ứng dụng xác thực. Không dùng và không lưu. Hãy nhắc khách cất đi.",
    ),
    (
        "scan.payment_card",
        "Đây là thẻ thanh toán, không phải thẻ thành viên. Số thẻ không được lưu.",
    ),
    (
        "scan.payment_qr",
        "Đây là mã QR thanh toán, không phải mã thành viên. Hãy xin khách mã thành viên hoặc số điện thoại.",
    ),
    (
        "scan.place",
        "Đây là mã QR địa điểm, không phải mã thành viên.",
    ),
    (
        "scan.product",
        "Đây là mã vạch hàng hóa, không phải mã thành viên. Hãy quét thẻ thành viên.",
    ),
    (
        "scan.refund_receipt",
        "Đây là phiếu hoàn tiền, không phải mã thành viên.",
    ),
    (
        "scan.stripe_unknown",
        "Dải từ của thẻ này không phải thẻ thành viên. Hãy xin khách mã thành viên hoặc số điện thoại.",
    ),
    (
        "scan.stripe_unread",
        "Đầu đọc không đọc được dải từ. Hãy quẹt lại thẻ.",
    ),
    ("scan.too_long", "Mã quá dài, không phải mã thành viên."),
    (
        "scan.unionpay_qr",
        "Đây là mã thanh toán UnionPay, không phải mã thành viên. Hãy xin khách mã thành viên hoặc số điện thoại.",
    ),
    (
        "scan.visiting_card",
        "Đây là danh thiếp, không phải mã thành viên. Hãy xin khách mã thành viên hoặc số điện thoại.",
    ),
    (
        "scan.wechat_pay",
        "Đây là mã thanh toán WeChat, không phải mã thành viên. Hãy xin khách mã thành viên hoặc số điện thoại.",
    ),
    ("scan.wifi", "Đây là mã QR Wi-Fi, không phải mã thành viên."),
    (
        "scan.zalo_account",
        "Đây là liên kết tài khoản Zalo, không có mã thành viên. Hãy mở thẻ thành viên trong ứng dụng rồi quét.",
    ),
];
