// One pair of functions a frame: what its body is made of, and what may be taken for one.
#include "gateway/ledger/format/evidence.h"

#include <algorithm>

namespace yht::ledger {
namespace {

using base::Bytes;
using base::BytesView;

constexpr std::size_t kFrameHeaderBytes = 5;
constexpr std::size_t kEndBodyBytes = 8 + kHashBytes;
constexpr std::size_t kReadBytes = 64 * 1024;

void appendText(Bytes& out, std::string_view text) {
    YHT_ASSERT(text.size() <= kEvidenceTextBytesMax);
    base::appendU16(out, static_cast<std::uint16_t>(text.size()));
    out.append(text);
}
void appendHashes(Bytes& out, const std::vector<Bytes>& hashes) {
    YHT_ASSERT(hashes.size() <= kEvidenceHashesMax);
    for (const auto& hash : hashes) out.append(hash);
}

struct Coded {
    char tag;
    Bytes body;
};

/// What a frame is on disk. A payload is appended last by the caller of code(): it may be large.
struct Coder {
    Coded operator()(const EvidenceHead& head) const {
        Bytes body;
        base::appendU8(body, static_cast<std::uint8_t>(head.scope));
        base::appendU8(body, head.payloads ? 1 : 0);
        base::appendU64(body, head.from);
        base::appendU64(body, head.to);
        base::appendU64(body, static_cast<std::uint64_t>(head.exported_ms));
        appendText(body, head.ticket_no);
        appendText(body, head.verifier_key);
        return {'H', std::move(body)};
    }
    Coded operator()(const EvidenceCheckpoint& checkpoint) const { return {'K', checkpoint.note}; }
    Coded operator()(const EvidenceCertificate& certificate) const {
        return {'C', certificate.der};
    }
    Coded operator()(const EvidenceEdge& edge) const {
        Bytes body;
        appendHashes(body, edge.roots);
        return {'E', std::move(body)};
    }
    Coded operator()(const EvidenceEntry& entry) const {
        Bytes body;
        base::appendU8(body, static_cast<std::uint8_t>(entry.payload_is));
        base::appendU16(body, static_cast<std::uint16_t>(entry.leaf.size()));
        body.append(entry.leaf);
        if (entry.payload_is == PayloadIs::There) body.append(entry.salt).append(entry.payload);
        return {'L', std::move(body)};
    }
    Coded operator()(const EvidencePath& path) const {
        Bytes body;
        base::appendU64(body, path.seq);
        appendHashes(body, path.hashes);
        return {'P', std::move(body)};
    }
    Coded operator()(const EvidenceConsistency& proof) const {
        Bytes body;
        base::appendU64(body, proof.first);
        base::appendU64(body, proof.second);
        appendHashes(body, proof.hashes);
        return {'S', std::move(body)};
    }
    Coded operator()(const EvidenceEnd& end) const {
        Bytes body;
        base::appendU64(body, end.entry_count);
        body.append(end.digest);
        return {'Z', std::move(body)};
    }
};

/// nullopt: not what a frame of its tag may hold.
using Decoded = std::optional<EvidenceFrame>;

bool readText(base::ByteReader& in, std::string& text) {
    const std::size_t length = in.u16();
    text = std::string(in.bytes(length));
    return length <= kEvidenceTextBytesMax;
}

/// Whatever is left, as hashes.
bool readHashes(BytesView body, std::size_t from, std::vector<Bytes>& hashes) {
    if (body.size() < from || (body.size() - from) % kHashBytes != 0) return false;
    const std::size_t count = (body.size() - from) / kHashBytes;
    if (count > kEvidenceHashesMax) return false;
    for (std::size_t i = 0; i < count; ++i) {
        hashes.emplace_back(body.substr(from + i * kHashBytes, kHashBytes));
    }
    return true;
}

Decoded decodeHead(BytesView body) {
    base::ByteReader in(body);
    EvidenceHead head;
    const auto scope = in.u8();
    const auto payloads = in.u8();
    head.from = in.u64();
    head.to = in.u64();
    head.exported_ms = static_cast<base::UnixMillis>(in.u64());
    const bool bounded = readText(in, head.ticket_no) && readText(in, head.verifier_key);
    if (!in.finished() || !bounded || scope < 1 || scope > 3 || payloads > 1) return std::nullopt;
    head.scope = static_cast<EvidenceScope>(scope);
    head.payloads = payloads == 1;
    const bool ticket = head.scope == EvidenceScope::Ticket;
    if (ticket == head.ticket_no.empty()) return std::nullopt;
    if (ticket ? head.from != 0 || head.to != 0 : head.from == 0 || head.from > head.to)
        return std::nullopt;
    if (head.scope == EvidenceScope::Whole && head.from != 1) return std::nullopt;
    return head;
}

Decoded decodeEdge(BytesView body) {
    EvidenceEdge edge;
    if (!readHashes(body, 0, edge.roots) || edge.roots.empty()) return std::nullopt;
    return edge;
}

Decoded decodeEntry(BytesView body) {
    base::ByteReader in(body);
    EvidenceEntry entry;
    const auto payload_is = in.u8();
    const std::size_t leaf_length = in.u16();
    entry.leaf = Bytes(in.bytes(leaf_length));
    if (!in.ok() || payload_is > 2 || leaf_length > kLeafBytesMax) return std::nullopt;
    entry.payload_is = static_cast<PayloadIs>(payload_is);
    if (entry.payload_is != PayloadIs::There)
        return in.finished() ? Decoded(std::move(entry)) : std::nullopt;
    entry.salt = Bytes(in.bytes(kSaltBytes));
    if (!in.ok()) return std::nullopt;
    entry.payload = Bytes(body.substr(3 + leaf_length + kSaltBytes));
    if (entry.payload.size() > kEvidencePayloadBytesMax) return std::nullopt;
    return entry;
}

Decoded decodePath(BytesView body) {
    base::ByteReader in(body);
    EvidencePath path;
    path.seq = in.u64();
    if (!in.ok() || !readHashes(body, 8, path.hashes)) return std::nullopt;
    return path;
}

Decoded decodeConsistency(BytesView body) {
    base::ByteReader in(body);
    EvidenceConsistency proof;
    proof.first = in.u64();
    proof.second = in.u64();
    if (!in.ok() || !readHashes(body, 16, proof.hashes)) return std::nullopt;
    return proof;
}

/// One row a tag: how long a body may be, and how it is read. The end frame has a reader of its
/// own.
struct Kind {
    char tag;
    std::size_t bytes_max;
    Decoded (*decode)(BytesView body);
};
constexpr Kind kKinds[] = {
    {'H', 32 + 2 * kEvidenceTextBytesMax, decodeHead},
    {'K', kEvidenceNoteBytesMax,
     [](BytesView body) { return Decoded(EvidenceCheckpoint{std::string(body)}); }},
    {'E', kEvidenceHashesMax* kHashBytes, decodeEdge},
    {'C', kEvidenceCertificateBytesMax,
     [](BytesView body) { return Decoded(EvidenceCertificate{Bytes(body)}); }},
    {'L', kEvidenceFrameBytesMax, decodeEntry},
    {'P', 8 + kEvidenceHashesMax* kHashBytes, decodePath},
    {'S', 16 + kEvidenceHashesMax* kHashBytes, decodeConsistency},
};

const Kind* findKind(char tag) {
    const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& kind) {
        return kind.tag == tag;
    });
    return found == std::end(kKinds) ? nullptr : found;
}

}  // namespace

base::Status EvidenceWriter::put(BytesView bytes) {
    digest_.update(bytes);
    return sink_(bytes);
}

base::Status EvidenceWriter::write(const EvidenceFrame& frame) {
    YHT_ASSERT(!std::holds_alternative<EvidenceEnd>(frame));
    if (const auto* entry = std::get_if<EvidenceEntry>(&frame)) {
        if (entry->payload.size() > kEvidencePayloadBytesMax) {
            return base::makeError(
                base::ErrorCode::ParameterInvalid, "evidence: a payload of " +
                                                       std::to_string(entry->payload.size()) +
                                                       " octets is beyond what a frame takes"
            );
        }
        ++entry_count_;
    }
    if (!begun_) {
        begun_ = true;
        if (auto status = put(kEvidenceMagic); !status) return status;
    }
    const auto [tag, body] = std::visit(Coder{}, frame);
    Bytes header(1, tag);
    base::appendU32(header, static_cast<std::uint32_t>(body.size()));
    if (auto status = put(header); !status) return status;
    return put(body);
}

base::Status EvidenceWriter::finish() {
    const auto [tag, body] = Coder{}(EvidenceEnd{entry_count_, digest_.finish(), {}});
    Bytes frame(1, tag);
    base::appendU32(frame, static_cast<std::uint32_t>(body.size()));
    return sink_(frame.append(body));
}

base::Error EvidenceReader::unreadable(const std::string& why) const {
    const std::string at = std::to_string(frame_offset_);
    return base::makePublicError(
        base::ErrorCode::EvidenceUnreadable,
        "The evidence file can't be read at octet " + at + ": " + why + ".",
        "证据文件在第 " + at + " 字节处无法读取:" + why + "。", "octet " + at + ": " + why
    );
}

base::Status EvidenceReader::take(std::size_t count, Bytes& out) {
    out.clear();
    // Piece by piece: a length that lies costs no more memory than the file is long.
    while (out.size() < count) {
        const std::size_t had = out.size();
        out.resize(had + std::min(kReadBytes, count - had));
        in_.read(out.data() + had, static_cast<std::streamsize>(out.size() - had));
        const auto got = static_cast<std::size_t>(in_.gcount());
        offset_ += got;
        if (in_.bad())
            return base::makeError(base::ErrorCode::IoFailed, "reading the evidence file");
        if (got < out.size() - had) return unreadable("cut short 文件不完整");
    }
    return {};
}

base::Status EvidenceReader::begin() {
    Bytes magic;
    if (auto status = take(kEvidenceMagic.size(), magic); !status) return status;
    if (magic != kEvidenceMagic)
        return unreadable("not an evidence file of version 1 不是第 1 版证据文件");
    digest_.update(magic);
    return {};
}

base::Result<EvidenceFrame> EvidenceReader::next() {
    frame_offset_ = offset_;
    if (offset_ == 0) {
        if (auto status = begin(); !status) return std::move(status).error();
        frame_offset_ = offset_;
    }
    Bytes header;
    if (auto status = take(kFrameHeaderBytes, header); !status) return std::move(status).error();
    if (header[0] == 'Z') return readEnd(header);
    base::ByteReader lengths(BytesView(header).substr(1));
    const std::size_t length = lengths.u32();
    const auto* kind = findKind(header[0]);
    if (kind == nullptr) return unreadable("a frame of unknown tag 未知的帧");
    if (length > kind->bytes_max) return unreadable("a frame longer than its bound 帧长度超限");
    Bytes body;
    if (auto status = take(length, body); !status) return std::move(status).error();
    digest_.update(header).update(body);
    auto frame = kind->decode(body);
    if (!frame) return unreadable(std::string("not a frame '") + header[0] + "' 帧内容不合格式");
    return *std::move(frame);
}

base::Result<EvidenceFrame> EvidenceReader::readEnd(BytesView header) {
    base::ByteReader lengths(header.substr(1));
    if (lengths.u32() != kEndBodyBytes) return unreadable("not an end frame 结束帧不合格式");
    Bytes body;
    if (auto status = take(kEndBodyBytes, body); !status) return std::move(status).error();
    base::ByteReader in(body);
    EvidenceEnd end;
    end.entry_count = in.u64();
    end.digest = Bytes(in.bytes(kHashBytes));
    end.found_digest = digest_.finish();
    frame_offset_ = offset_;
    if (in_.peek() != std::istream::traits_type::eof())
        return unreadable("octets after the end frame 结束帧之后还有内容");
    return EvidenceFrame(std::move(end));
}

}  // namespace yht::ledger
