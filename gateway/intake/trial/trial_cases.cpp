#include "gateway/intake/trial/trial_cases.h"

#include <algorithm>

#include "gateway/base/assert.h"

namespace yht::intake {
namespace {

constexpr TrialCaseRow kTable[] = {
    {TrialCase::Connected, "connected", "以本方证书建立双向 TLS 并得到应答",
     "Connected with its own certificate and was answered"},
    {TrialCase::RecordTaken, "record_taken", "一条已签名的记录入账", "A signed record was taken"},
    {TrialCase::ArrayTaken, "array_taken", "一次报送多条记录",
     "Several records were sent in one array"},
    {TrialCase::RepeatAnswered, "repeat_answered", "重发同一记录,得到首次的回执(演练应答丢失)",
     "The same record was sent again and answered with its first receipt: the drill for a lost "
     "answer"},
    {TrialCase::RefusalReceived, "refusal_received", "一条不合格的记录被拒收",
     "A record that breaks the catalogue was sent, and refused"},
    {TrialCase::RefusalMended, "refusal_mended", "拒收之后又有记录入账",
     "After a refusal a record was taken"},
    {TrialCase::LaterVersionTaken, "later_version_taken", "已入账记录的新版本入账",
     "A later version of a record was taken"},
    {TrialCase::VoidTaken, "void_taken", "作废一条记录(op=void)",
     "A record was made void (op=void)"},
    {TrialCase::TicketRead, "ticket_read", "查询一张工单", "A ticket was read back"},
    {TrialCase::ChangesFollowed, "changes_followed", "以上次的 next 续取变更",
     "The change feed was gone on with from its next"},
    {TrialCase::ReceiptFetched, "receipt_fetched", "取回一份回执", "A receipt was fetched"},
    {TrialCase::AttachmentSent, "attachment_sent", "上传一个附件", "An attachment was sent"},
};

bool isRead(trust::Right right) {
    return right == trust::Right::ReadOwn || right == trust::Right::ReadUnit ||
           right == trust::Right::ReadCity || right == trust::Right::ReadProvince;
}

}  // namespace

std::span<const TrialCaseRow> trialCases() {
    return kTable;
}

std::optional<TrialCase> findTrialCase(std::string_view name) {
    const auto* const found = std::ranges::find(kTable, name, &TrialCaseRow::name);
    if (found == std::end(kTable)) return std::nullopt;
    return found->which;
}

bool isRequired(TrialCase which, const trust::Partner& partner) {
    switch (which) {
        case TrialCase::Connected:
            return true;
        case TrialCase::RecordTaken:
        case TrialCase::RepeatAnswered:
        case TrialCase::RefusalReceived:
        case TrialCase::RefusalMended:
        case TrialCase::LaterVersionTaken:
        case TrialCase::VoidTaken:
            return partner.may(trust::Right::SubmitOwn);
        case TrialCase::ArrayTaken:  // who sends one by one, or no attachments, may go on so
        case TrialCase::AttachmentSent:
            return false;
        case TrialCase::TicketRead:
        case TrialCase::ChangesFollowed:
            return std::ranges::any_of(partner.grants, [](const auto& grant) {
                return isRead(grant.right);
            });
        case TrialCase::ReceiptFetched:
            return partner.may(trust::Right::ReadEvidence);
    }
    YHT_ASSERT(false);
}

}  // namespace yht::intake
