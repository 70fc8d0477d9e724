// Charsets: what comes out is UTF-8, of bounded length, the same in one piece and in many; and a character's width is
// never zero. First byte: which charset.
#include "adapters/kit/charset_decode.h"

#include "gateway/base/text.h"
#include "tests/fuzz/claim.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    using Outcome = kit::CharsetDecoder::Outcome;
    std::string_view bytes = fuzz::viewOf(data, size);
    constexpr const char* kCharsets[] = {"UTF-8",    "GBK",      "GB18030",      "BIG5",
                                         "UTF-16LE", "UTF-16BE", "WINDOWS-1252", "BIG5-HKSCS"};
    const unsigned choice = fuzz::takeChoice(bytes);
    auto charset = kit::CharsetDecoder::open(kCharsets[choice & 7U]);
    FUZZ_CLAIM(charset.ok());
    std::string whole;
    const auto progress = charset->append(bytes, whole);
    FUZZ_CLAIM(progress.consumed <= bytes.size());
    FUZZ_CLAIM((progress.outcome == Outcome::Whole) == (progress.consumed == bytes.size()));
    FUZZ_CLAIM(base::countCodePoints(whole).has_value());
    FUZZ_CLAIM(whole.size() <= progress.consumed * kit::CharsetDecoder::kUtf8BytesPerByteMax);

    std::string pieces;
    std::size_t at = 0, width = 1 + (choice >> 3);
    while (at < progress.consumed) {
        const auto piece = charset->append(bytes.substr(at, width), pieces);
        if (piece.consumed == 0) ++width;  // a character longer than the piece
        FUZZ_CLAIM(
            piece.outcome != Outcome::Undecodable || at + piece.consumed == progress.consumed
        );
        at += piece.consumed;
        if (piece.outcome == Outcome::Undecodable) break;
    }
    FUZZ_CLAIM(pieces == whole);
    for (at = 0; at < bytes.size();) {
        const std::size_t step = charset->characterBytes(bytes, at);
        FUZZ_CLAIM(step >= 1 && step <= 4);
        at += step;
    }
    return 0;
}
