// Signature-Input, Signature and Content-Digest. The input: three lines, one a field; the rest is the body.
#include "gateway/trust/message_signature.h"
#include "gateway/trust/structured_field.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

std::string_view takeLine(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

/// What was read is written and read again as the same.
void claimFixed(std::string_view text) {
    const auto dictionary = trust::parseDictionary("x", text);
    if (!dictionary) {
        FUZZ_CLAIM(dictionary.error().code == base::ErrorCode::SignatureMalformed);
        return;
    }
    for (const trust::Member& member : *dictionary) {
        const std::string once =
            std::visit([](const auto& value) { return trust::serialize(value); }, member.value);
        const auto again = trust::parseDictionary("x", member.key + "=" + once);
        FUZZ_CLAIM(again.ok() && again->size() == 1);
        FUZZ_CLAIM(
            std::visit(
                [](const auto& value) { return trust::serialize(value); }, (*again)[0].value
            ) == once
        );
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::viewOf(data, size);
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = "https://a.example/v1/records?x=1";
    for (const char* name : {"signature-input", "signature", "content-digest"}) {
        const std::string_view line = takeLine(rest);
        claimFixed(line);
        head.fields.emplace_back(name, std::string(line));
    }
    head.fields.emplace_back("content-type", "application/json");
    (void)trust::checkContentDigest(head, rest).ok();
    (void)trust::onlySha256(head).ok();
    const auto input = trust::readSignature(head);
    if (!input) return 0;
    (void)trust::checkRules(*input, {trust::covered("@method")}, 1'600'000'000'000).ok();
    const auto base = trust::signatureBase(head, *input, nullptr);
    if (base) FUZZ_CLAIM(base->ends_with(input->parameters));
    return 0;
}
