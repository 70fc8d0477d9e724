// A normalized record as a partner posts it: parsed, read, validated; what is valid survives its canonical form.
#include "gateway/ticket/record_json.h"
#include "gateway/ticket/validate.h"
#include "tests/fuzz/claim.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    const auto parsed = json::parse(fuzz::viewOf(data, size));
    if (!parsed) {
        FUZZ_CLAIM(parsed.error().code == base::ErrorCode::JsonMalformed);
        return 0;
    }
    const std::string canonical = json::canonical(*parsed);
    const auto again = json::parse(canonical);
    FUZZ_CLAIM(again.ok() && json::canonical(*again) == canonical);
    if (!parsed->IsObject()) return 0;
    auto record = ticket::readRecord(*parsed);
    if (!record) {
        FUZZ_CLAIM(!record.error().fields.empty());
        return 0;
    }
    auto valid = ticket::validated(*record);
    if (!valid) return 0;
    const std::string text = ticket::canonicalText(*valid);
    const auto read = ticket::fromCanonicalText(text);
    FUZZ_CLAIM(read.ok() && ticket::canonicalText(*read) == text);
    FUZZ_CLAIM(ticket::differingFields(*valid, *read).empty());
    return 0;
}
