#include "adapters/kit/dbf_memo.h"

#include "adapters/kit/dbf_header.h"
#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

constexpr std::size_t kHeaderBytes = 512, kDBase3BlockBytes = 512, kBlockHeadBytes = 8;
constexpr std::uint64_t kFoxProText = 1, kDBase4Mark = 0x0008FFFF;
constexpr char kDBase3End = 0x1A;

base::Error unreadable(const char* en, const char* zh) {
    return base::makePublicError(base::ErrorCode::ItemUndecodable, en, zh);
}

base::Error torn() {
    return unreadable(
        "A record names a text outside of the memo file, or the memo file is torn.",
        "记录所指的备注不在备注文件内,或备注文件不完整。"
    );
}

std::uint64_t bigEndian(std::string_view bytes, std::size_t at, std::size_t width) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < width; ++i) number = (number << 8) | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

}  // namespace

base::Result<DbfMemo> DbfMemo::open(std::string_view file, Layout layout) {
    // dBase III writes nothing but the number of the next block into its header.
    if (file.size() < kHeaderBytes)
        return unreadable("The memo file has no header.", "备注文件没有文件头。");
    std::size_t block_bytes = kDBase3BlockBytes;
    if (layout == Layout::FoxPro) block_bytes = bigEndian(file, 6, 2);
    if (layout == Layout::DBase4) block_bytes = littleEndian(file, 20, 2);
    if (block_bytes == 0)
        return unreadable("The memo file has blocks of no length.", "备注文件的块长度为零。");
    return DbfMemo(file, layout, block_bytes);
}

base::Result<DbfMemo::Text> DbfMemo::text(std::uint64_t block, std::size_t bytes_max) const {
    // Divided, not multiplied: no number is so large that it comes round.
    if (block > file_.size() / block_bytes_) return torn();
    const std::size_t at = block * block_bytes_;
    if (at < kHeaderBytes || at >= file_.size()) return torn();
    if (layout_ == Layout::DBase3) {
        // Looked for no further than it may be: any number of records may name one block.
        const std::string_view rest = file_.substr(at).substr(0, bytes_max + 1);
        const std::size_t end = rest.find(kDBase3End);
        if (end != std::string_view::npos) return Text{rest.substr(0, end), at};
        return rest.size() > bytes_max ? ItemOutput::tooLarge("bytes", bytes_max) : torn();
    }
    if (file_.size() - at < kBlockHeadBytes) return torn();
    const bool foxpro = layout_ == Layout::FoxPro;
    const std::uint64_t kind = foxpro ? bigEndian(file_, at, 4) : littleEndian(file_, at, 4);
    if (kind != (foxpro ? kFoxProText : kDBase4Mark)) {
        return unreadable(
            "A record names a memo that is no text.", "记录所指的备注不是文本。"
        );
    }
    std::uint64_t length = foxpro ? bigEndian(file_, at + 4, 4) : littleEndian(file_, at + 4, 4);
    if (!foxpro && length < kBlockHeadBytes) return torn();
    if (!foxpro) length -= kBlockHeadBytes;
    const std::size_t begin = at + kBlockHeadBytes;
    if (length > file_.size() - begin) return torn();
    if (length > bytes_max) return ItemOutput::tooLarge("bytes", bytes_max);
    return Text{file_.substr(begin, length), begin};
}

}  // namespace yht::kit
