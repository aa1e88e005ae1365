"""The words of a dossier's events, for citizens and officers."""

from typing import Final

NOTED: Final = "dossier.note_added"

LABELS: Final = {
    "dossier.opened": "Lập hồ sơ nháp",
    "dossier.moved_to_revision": "Chuyển sang bản mới của thủ tục",
    "dossier.revision_seen": "Xem điều thay đổi của bản mới",
    "dossier.submitted": "Nộp hồ sơ",
    "dossier.accepted": "Tiếp nhận hồ sơ, hẹn ngày trả kết quả",
    "dossier.forwarded": "Chuyển hồ sơ tới cơ quan giải quyết",
    "dossier.taken_over": "Cơ quan giải quyết nhận hồ sơ, bắt đầu tính thời hạn",
    "dossier.refused": "Không tiếp nhận hồ sơ",
    "dossier.claimed": "Cán bộ nhận giải quyết",
    "dossier.released": "Trả hồ sơ về hàng chờ của đơn vị",
    "dossier.step_done": "Xong một bước, chuyển bước tiếp theo",
    "dossier.step_returned": "Trả lại bước trước",
    "dossier.handed_over": "Đề nghị bàn giao cho đồng nghiệp",
    "dossier.handover_taken": "Cán bộ nhận bàn giao",
    "dossier.handover_declined": "Không bàn giao nữa",
    "dossier.reassigned": "Phân công người giải quyết",
    "dossier.fee_settled": "Thu phí, lệ phí tại quầy",
    "dossier.fee_waived": "Miễn phí, lệ phí",
    "dossier.fee_refunded": "Hoàn tiền",
    "dossier.payment_begun": "Bắt đầu trả trực tuyến",
    "dossier.payment_received": "Tiền trả trực tuyến đã tới",
    "dossier.duty_asked": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "dossier.duty_met": "Đã thực hiện nghĩa vụ tài chính",
    "dossier.duty_revoked": "Rút lại yêu cầu nghĩa vụ tài chính",
    "dossier.due_recounted": "Đếm lại hạn theo lịch làm việc mới",
    "dossier.incident_passed": "Không tính thời gian hệ thống gặp sự cố",
    "dossier.consulted": "Lấy ý kiến cơ quan khác",
    "dossier.opinion_given": "Cơ quan được hỏi đã cho ý kiến",
    "dossier.opinion_revoked": "Rút câu hỏi gửi cơ quan khác",
    "dossier.approved": "Phê duyệt, đã có kết quả",
    "dossier.rejected": "Từ chối giải quyết",
    "dossier.delivered": "Trả kết quả",
    "dossier.supplement_asked": "Yêu cầu bổ sung hồ sơ",
    "dossier.supplemented": "Bổ sung hồ sơ",
    "dossier.supplement_revoked": "Rút lại yêu cầu bổ sung",
    "dossier.withdrawal_asked": "Yêu cầu rút hồ sơ",
    "dossier.kept": "Tiếp tục giải quyết, không rút hồ sơ",
    "dossier.stopped": "Dừng giải quyết hồ sơ",
    "dossier.extended": "Xin lỗi và hẹn lại ngày trả kết quả",
    "dossier.reopened": "Mở lại hồ sơ đã giải quyết",
    "dossier.return_chosen": "Chọn cách nhận kết quả",
    "dossier.result_sent": "Gửi kết quả qua bưu điện",
    "dossier.message_sent": "Gửi tin nhắn",
    NOTED: "Ghi chú nội bộ",
    "dossier.touched": "Có việc làm ngoài mạng",
    "dossier.rated": "Đánh giá việc giải quyết",
    "dossier.complained": "Phản ánh, khiếu nại",
    "dossier.complaint_answered": "Trả lời phản ánh, khiếu nại",
    "attachment.completed": "Gửi một tệp",
    "attachment.ready": "Giấy tờ đã nhận đủ và kiểm tra",
    "attachment.refused": "Giấy tờ cần thay",
    "attachment.removed": "Bỏ một tệp",
}

# Acts of the applicant: a diamond on the path, where the agency's acts are beads.
OF_APPLICANT: Final = frozenset(
    {
        "dossier.opened",
        "dossier.revision_seen",
        "dossier.submitted",
        "dossier.supplemented",
        "dossier.withdrawal_asked",
        "dossier.payment_begun",
        "dossier.return_chosen",
        "dossier.rated",
        "dossier.complained",
        "attachment.completed",
        "attachment.ready",
        "attachment.refused",
        "attachment.removed",
    }
)

# What a public timeline leaves out: the noise of a draft.
OF_DRAFT: Final = frozenset(
    {
        "dossier.opened",
        "dossier.moved_to_revision",
        "dossier.revision_seen",
        "attachment.completed",
        "attachment.ready",
        "attachment.refused",
        "attachment.removed",
    }
)

# What only the receiving and the competent agency know of.
INTERNAL: Final = frozenset({NOTED, "dossier.handed_over", "dossier.handover_declined"})


def label_of(name: str) -> str:
    """The words of an event."""
    return LABELS.get(name, name)
