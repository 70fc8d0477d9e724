// The answer of a far side that speaks SOAP, Faults among them. The first byte: bit 0 the far side signs (nobody here has its
// key, so that nothing is ever taken), bit 1 HTTP 500, bit 2 it is an answer to a question. The rest is the body.
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "adapters/kit/answer.h"
#include "adapters/kit/peer_text.h"
#include "gateway/base/text.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

std::shared_ptr<const kit::Profile> profileWith(const std::string& security) {
    char name[] = "/tmp/yht-fuzz-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(name);
    std::ofstream(folder / "profile.yaml")
        << "name: f\ntime_format: \"%Y\"\ntransport: { path: /p, batch_max: 10, resend: query_first, soap: { namespace: \"urn:a\", "
           "operation: Send, query_operation: Ask" + security + " } }\n"
           "envelope: { format: xml, members: [ { name: List, value: records, item: Record } ] }\nsignature: {}\n"
           "answer:\n  http_answered: [200, 500]\n  code: Code\n  success: [OK]\n  items: Result\n  retry_after: Wait\n"
           "  item: { seq: No, code: Code, number: Number, fields: Field, field_name: Name, field_code: Code, accepted: [\"0\"], "
           "refused: [\"1-9\"], later: [\"50\"] }\n"
           "receipt: { batch_id: Batch }\n"
           "faults:\n  detail_code: F/Code\n  retry_after: F/Wait\n  fields: F/Field\n  field_name: Name\n  field_code: Code\n"
           "  rows:\n    - { detail: [\"1-9\"], then: refuse }\n    - { code: [Client, Sender], then: stop }\n"
           "    - { subcode: [Busy], http: [500], then: retry, unsigned: true }\n"
           "query: [ { to: No, from: \"@seq\" } ]\n"
           "kinds: { appeal: { type: A, rows: [ { to: No, from: \"@seq\" }, { to: A/Title, from: title, max: 100 } ] } }\n";
    auto loaded = kit::Profile::load(folder.string());
    std::filesystem::remove_all(folder);
    FUZZ_CLAIM(loaded.ok());
    return *loaded;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto plain = profileWith(""), secure = profileWith(", security: x509, addressing: true");
    static const base::ManualClock clock(1'555'551'015'000);
    static const trust::SoapVerifier verifier(clock);
    static const std::vector<crypto::Certificate> nobody;
    static const std::string batch_id = "b1", message_id = "urn:uuid:1";
    static const std::vector<kit::OutboundRecord> records = [] {
        kit::OutboundRecord one;
        one.seq = 17;
        return std::vector<kit::OutboundRecord>{one};
    }();
    std::string_view input = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(input);
    const bool is_signed = (choice & 1U) != 0;
    const kit::BatchAnswer answer = kit::judgeAnswer(
        {.profile = is_signed ? *secure : *plain,
         .batch_id = batch_id,
         .records = records,
         .receipt_certificates = nobody,
         .is_query = (choice & 4U) != 0,
         .now_ms = clock.nowMillis(),
         .soap_verifier = is_signed ? &verifier : nullptr,
         .message_id = message_id},
        {.outcome = kit::HttpOutcome::Answered, .status = (choice & 2U) != 0 ? 500 : 200, .body = std::string(input)}
    );
    FUZZ_CLAIM(answer.verdict != kit::BatchVerdict::NotSent);
    FUZZ_CLAIM(answer.retry_after_ms >= 0);
    FUZZ_CLAIM(base::countCodePoints(answer.error_detail).has_value());
    if (answer.verdict != kit::BatchVerdict::Answered) {
        FUZZ_CLAIM(answer.records.empty());
        return 0;
    }
    FUZZ_CLAIM(!is_signed);
    FUZZ_CLAIM(answer.records.size() == 1 && answer.records[0].seq == 17);
    FUZZ_CLAIM(answer.records[0].code.size() <= kit::kPeerCodeCharactersMax);
    FUZZ_CLAIM(answer.records[0].fields.size() <= 64);
    for (const auto& field : answer.records[0].fields) FUZZ_CLAIM(field.code == kit::peerToken(field.code));
    return 0;
}
