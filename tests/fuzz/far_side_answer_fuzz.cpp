// What a far side answers of records that went to it, by a profile's rules. First byte: 0 a list of items, 1 a single answer,
// 2 the same (SOAP has a target of its own: soap_answer), 3 one whose receipt must verify, 4 to 6 an answer file (CSV, JSON, XML). Its higher bits:
// status 200, 429, 400, 302. A line before "\n\n" is the field Retry-After.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "adapters/kit/answer.h"
#include "adapters/kit/outward/file_text.h"
#include "adapters/kit/peer_text.h"
#include "adapters/kit/retry_after.h"
#include "gateway/base/text.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;
using kit::BatchVerdict;

constexpr std::size_t kInputBytesMax = 1U << 20;
constexpr base::UnixMillis kNow = 1'555'551'000'000;
constexpr unsigned kForms = 7;

/// Everything but `answer` and `receipt`, with what those forms add.
std::string profileText(unsigned form) {
    const std::string lists = " accepted: [\"200\"], duplicate: [\"201\", \"210-219\"], refused: [\"400\", \"5000-5999\"], later: [\"503\"] }\n";
    const std::string single = "  single: true\n  code: code\n  refused: [\"401\"]\n  item: { number: data/no," + lists;
    const std::string listed =
        "  code: head/code\n  success: [\"0\"]\n  nothing_taken: [\"9\"]\n  refused: [\"8\"]\n  retry_after: head/wait\n  items: data\n"
        "  item: { seq: seq, code: code, number: no, ticket_no: ticket, fields: errors, field_name: name, field_code: code," + lists;
    std::string text = "name: f\ncharset: UTF-8\ntime_format: \"%Y\"\ntransport: { path: /p, resend: operator, batch_max: ";
    text += form == 0 ? "3" : "1";
    text += " }\nenvelope: { members: [ { name: D, value: ";
    text += form == 0 ? "records" : "record";
    text += " } ] }\nsignature: { algorithms: { ecdsa-p256-sha256: ES256 }, over: [D], separator: \"&\", encoding: base64 }\nanswer:\n"
            "  http_answered: [200]\n  http_nothing_taken: [429]\n  http_refused: [400]\n";
    text += form == 0 ? listed : single;
    text += form == 3 ? "receipt: { required: true, signature: receipt/sign, algorithm: receipt/alg, batch_id: receipt/batch, "
                        "keep: receipt, over: [code, \"sha256(data)\"], separator: \"&\", encoding: base64 }\n"
                      : "receipt: {}\n";
    return text + "kinds:\n  appeal: { type: SQ, rows: [ { to: BT, from: title, max: 100, overflow: cut } ] }\n";
}

std::shared_ptr<const kit::Profile> loaded(unsigned form) {
    std::string folder = "/tmp/yht-fuzz-XXXXXX";
    FUZZ_CLAIM(::mkdtemp(folder.data()) != nullptr);
    std::ofstream(folder + "/profile.yaml", std::ios::binary) << profileText(form);
    const auto profile = kit::Profile::load(folder);
    ::unlink((folder + "/profile.yaml").c_str());
    ::rmdir(folder.c_str());
    if (!profile.ok()) std::fprintf(stderr, "%s\n", profile.error().detail.c_str());
    FUZZ_CLAIM(profile.ok());
    return *profile;
}

std::vector<kit::OutboundRecord> records(std::size_t count) {
    std::vector<kit::OutboundRecord> all(count);
    for (std::size_t i = 0; i < count; ++i) {
        all[i].seq = 17 + i;
        all[i].ticket_no = "430200-20190418-0000123-7";
    }
    return all;
}

/// What may be printed and counted by.
bool isToken(const std::string& text) {
    constexpr std::string_view kSigns = "._:/~-+#[]?*";
    return text.size() <= kit::kPeerCodeCharactersMax && std::all_of(text.begin(), text.end(), [&](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || kSigns.find(c) != kSigns.npos;
           });
}

void claimFields(const kit::RecordAnswer& record) {
    FUZZ_CLAIM(isToken(record.code));
    const auto number = base::countCodePoints(record.peer_number);
    FUZZ_CLAIM(number && *number <= kit::kPeerNumberCharactersMax && !base::hasControlCharacters(record.peer_number));
    FUZZ_CLAIM(record.verdict == kit::RecordVerdict::Refused || record.fields.empty());
    for (const auto& field : record.fields) FUZZ_CLAIM(isToken(field.code));
}

void claimAnswer(unsigned form, const kit::HttpAnswer& http) {
    static const std::shared_ptr<const kit::Profile> profiles[] = {loaded(0), loaded(1), loaded(2), loaded(3)};
    static const std::string batch_id = "b1";
    static const std::vector<crypto::Certificate> nobodys;
    const auto sent = records(form == 0 ? 3 : 1);
    const auto answer = kit::judgeAnswer({*profiles[form], batch_id, sent, nobodys, false, kNow}, http);
    FUZZ_CLAIM(answer.retry_after_ms >= 0 && answer.retry_after_ms <= kit::kRetryAfterMillisMax);
    FUZZ_CLAIM(answer.verdict != BatchVerdict::NotSent);
    FUZZ_CLAIM(base::countCodePoints(answer.error_detail).has_value());
    if (answer.verdict != BatchVerdict::Answered) {
        FUZZ_CLAIM(answer.records.empty());
        return;
    }
    // A receipt that nobody signed is no answer.
    FUZZ_CLAIM(form != 3 && http.status == 200 && answer.records.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        FUZZ_CLAIM(answer.records[i].seq == sent[i].seq);
        claimFields(answer.records[i]);
    }
}

void claimFile(kit::FileForm form, std::string_view bytes) {
    kit::FileRules rules;
    rules.answer_form = form;
    rules.answer_charset = "GBK";
    rules.answer.code = "code";
    rules.answer.number = "no";
    const auto answer = kit::readFileAnswer(rules, bytes);
    if (!answer.ok()) FUZZ_CLAIM(answer.error().code == base::ErrorCode::PeerAnswerInvalid);
    else FUZZ_CLAIM(base::countCodePoints(answer->code).has_value() && base::countCodePoints(answer->number).has_value());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = fuzz::viewOf(data, size);
    if (input.size() > kInputBytesMax) return 0;
    const unsigned choice = fuzz::takeChoice(input), form = (choice & 15U) % kForms;
    if (form >= 4) {
        constexpr kit::FileForm kFileForms[] = {kit::FileForm::Csv, kit::FileForm::Json, kit::FileForm::Xml};
        claimFile(kFileForms[form - 4], input);
        return 0;
    }
    constexpr int kStatuses[] = {200, 429, 400, 302};
    kit::HttpAnswer http;
    http.outcome = kit::HttpOutcome::Answered;
    http.status = kStatuses[choice >> 4 & 3U];
    if (const auto end = input.find("\n\n"); end != input.npos) {
        http.fields.emplace_back("retry-after", input.substr(0, end));
        input.remove_prefix(end + 2);
    }
    http.body = input;
    claimAnswer(form, http);
    return 0;
}
