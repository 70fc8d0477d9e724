// DBF tables, in the charset that they name or in GBK. First byte: 1 GBK, 2 a memo file alone (4 .dbt of dBase III, 8 of
// dBase IV, else .fpt), in which a mutated archive's checksum would not let one look.
#include "adapters/kit/dbf_memo.h"
#include "tests/fuzz/decoder_target.h"

namespace {

void claimMemo(yht::kit::DbfMemo::Layout layout, std::string_view file) {
    using namespace yht;
    constexpr std::size_t kTextBytesMax = 4'096;
    const auto memo = kit::DbfMemo::open(file, layout);
    if (!memo.ok()) {
        FUZZ_CLAIM(fuzz::isDecodeError(memo.error()));
        return;
    }
    for (const std::uint64_t block : {0ULL, 1ULL, 2ULL, 8ULL, 9ULL, 1000ULL, 0xFFFFFFFFULL, ~0ULL}) {
        const auto text = memo->text(block, kTextBytesMax);
        if (!text.ok()) {
            FUZZ_CLAIM(fuzz::isDecodeError(text.error()));
            continue;
        }
        FUZZ_CLAIM(text->bytes.size() <= kTextBytesMax && text->at >= 512);
        FUZZ_CLAIM(text->at + text->bytes.size() <= file.size());
        FUZZ_CLAIM(text->bytes.empty() || text->bytes.data() == file.data() + text->at);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    using Layout = kit::DbfMemo::Layout;
    if ((choice & 2U) != 0) {
        claimMemo((choice & 4U) != 0 ? Layout::DBase3 : (choice & 8U) != 0 ? Layout::DBase4 : Layout::FoxPro, message);
        return 0;
    }
    fuzz::claimDecoder(fuzz::rulesFor(kit::Format::Dbf, (choice & 1U) != 0 ? "GBK" : ""), message);
    return 0;
}
