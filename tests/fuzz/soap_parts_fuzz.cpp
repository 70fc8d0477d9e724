// multipart/related as MTOM sends it, cut anywhere: the same parts, the same refusal, however the network cuts it. The
// input: a line with the Content-Type, then the body.
#include "gateway/intake/soap/related_parts.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;
using base::ErrorCode;

constexpr std::size_t kEnvelopeBytesMax = 2000;

struct Told {
    std::string envelope, content;
    std::vector<std::string> begun;
    std::string refusal;  // wire name, "" where the body is whole
    bool operator==(const Told&) const = default;
};

Told read(const std::string& boundary, std::string_view body, std::size_t piece_bytes) {
    Told told;
    soap::RelatedParts parts(boundary, kEnvelopeBytesMax,
                             {.envelope = [&](std::string text) -> base::Status { told.envelope = std::move(text); return {}; },
                              .begin = [&](const std::string& id) -> base::Status { told.begun.push_back(id); return {}; },
                              .content = [&](std::string_view piece) -> base::Status { told.content.append(piece); return {}; }});
    base::Status state;
    for (std::size_t at = 0; state && at < body.size(); at += piece_bytes) state = parts.feed(body.substr(at, piece_bytes));
    if (state) state = parts.finish();
    if (!state) {
        FUZZ_CLAIM(state.error().code == ErrorCode::SoapMalformed || state.error().code == ErrorCode::SoapAttachment ||
                   state.error().code == ErrorCode::BodyTooLarge);
        told.refusal = state.error().row().wire;
    }
    FUZZ_CLAIM(told.envelope.size() <= kEnvelopeBytesMax);
    FUZZ_CLAIM(told.begun.size() <= 1);
    return told;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::viewOf(data, size);
    const auto end = std::min(input.find('\n'), input.size());
    const auto type = soap::readSoapContentType(input.substr(0, end));
    if (!type || !type->multipart) return 0;
    const std::string_view body = input.substr(std::min(end + 1, input.size()));
    const Told whole = read(type->boundary, body, std::max<std::size_t>(body.size(), 1));
    FUZZ_CLAIM(whole == read(type->boundary, body, 1));
    FUZZ_CLAIM(whole == read(type->boundary, body, 7));
    return 0;
}
