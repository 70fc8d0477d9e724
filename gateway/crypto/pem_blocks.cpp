#include "gateway/crypto/pem_blocks.h"

#include <algorithm>

#include "gateway/crypto/certificate_finding.h"

namespace yht::crypto {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kLabelBytesMax = 64;

std::string withoutSpace(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c != '\n' && c != '\r' && c != ' ' && c != '\t') out += c;
    }
    return out;
}

}  // namespace

bool isPem(std::string_view file) {
    file.remove_prefix(std::min(file.find_first_not_of(" \t\r\n"), file.size()));
    // A SEQUENCE of more than 127 octets is no text: what a DER file holds inside is not read as PEM.
    const bool der = file.size() > 1 && file[0] == '\x30' && (static_cast<unsigned char>(file[1]) & 0x80U) != 0;
    return !der && file.find(kBegin) != std::string_view::npos;
}

base::Result<std::vector<PemBlock>> readPemBlocks(std::string_view file, std::size_t count_max) {
    std::vector<PemBlock> blocks;
    std::size_t at = file.find(kBegin);
    while (at != std::string_view::npos) {
        const std::size_t label_at = at + kBegin.size();
        const std::size_t label_end = file.find(kDashes, label_at);
        if (label_end == std::string_view::npos || label_end - label_at > kLabelBytesMax) return refusal(FindingCode::Unreadable);
        PemBlock block{.label = std::string(file.substr(label_at, label_end - label_at))};
        const std::string end_line = "-----END " + block.label + "-----";
        const std::size_t body_at = label_end + kDashes.size();
        const std::size_t body_end = file.find(end_line, body_at);
        if (body_end == std::string_view::npos) return refusal(FindingCode::Unreadable, block.label, "not closed");
        const std::string_view body = file.substr(body_at, body_end - body_at);
        block.text = file.substr(at, body_end + end_line.size() - at);
        if (body.find(':') == std::string_view::npos) {
            auto der = base::fromBase64(withoutSpace(body));
            if (!der || der->empty()) return refusal(FindingCode::Unreadable, block.label, "no base64");
            block.der = *std::move(der);
        }
        blocks.push_back(std::move(block));
        if (blocks.size() > count_max) return refusal(FindingCode::TooLarge, "", std::to_string(count_max) + " blocks");
        at = file.find(kBegin, body_end + end_line.size());
    }
    return blocks;
}

base::Result<base::Bytes> derOfPem(std::string_view file, std::initializer_list<std::string_view> labels) {
    if (!isPem(file)) return base::Bytes(file);
    auto blocks = readPemBlocks(file, 1);
    if (!blocks) return has(blocks.error(), FindingCode::TooLarge) ? refusal(FindingCode::TrailingOctets) : std::move(blocks).error();
    const auto& block = blocks->front();
    if (std::find(labels.begin(), labels.end(), block.label) == labels.end()) return refusal(FindingCode::Unreadable, block.label);
    if (block.der.empty()) return refusal(FindingCode::Unreadable, block.label);
    return block.der;
}

}  // namespace yht::crypto
