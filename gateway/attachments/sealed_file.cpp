#include "gateway/attachments/sealed_file.h"

#include <algorithm>

#include "gateway/crypto/aead.h"

namespace yht::attachments {
namespace {

constexpr std::string_view kMagic = "YHTATT1\n";
constexpr std::size_t kFileIdBytes = 16;
constexpr std::size_t kWrappedKeyBytes = kChunkOverheadBytes + crypto::kAeadKeyBytes;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kPlainFactsBytes = 8 + kDigestBytes + 1 + kMediaTypeBytesMax;
static_assert(
    kHeaderBytes ==
    kMagic.size() + kFileIdBytes + kWrappedKeyBytes + kChunkOverheadBytes + kPlainFactsBytes
);

base::Bytes keyContext(base::BytesView file_id) {
    return base::Bytes("yht attachment key\n").append(file_id);
}
base::Bytes factsContext(base::BytesView file_id) {
    return base::Bytes("yht attachment facts\n").append(file_id);
}
base::Bytes chunkContext(base::BytesView file_id, std::uint64_t index) {
    auto context = base::Bytes("yht attachment chunk\n").append(file_id);
    base::appendU64(context, index);
    return context;
}

base::Error corrupt(const std::string& what) {
    return base::makeError(base::ErrorCode::AttachmentCorrupt, what);
}

std::uint64_t chunkOffset(std::uint64_t index) {
    return kHeaderBytes + index * (kChunkBytes + kChunkOverheadBytes);
}

base::Bytes encodeFacts(const Facts& facts) {
    YHT_ASSERT(facts.sha256.size() == kDigestBytes);
    YHT_ASSERT(facts.media_type.size() <= kMediaTypeBytesMax);
    base::Bytes plain;
    base::appendU64(plain, facts.size_bytes);
    plain += facts.sha256;
    base::appendU8(plain, static_cast<std::uint8_t>(facts.media_type.size()));
    plain += facts.media_type;
    plain.resize(kPlainFactsBytes, '\0');
    return plain;
}

base::Result<Facts> decodeFacts(base::BytesView plain) {
    base::ByteReader in(plain);
    Facts facts;
    facts.size_bytes = in.u64();
    facts.sha256 = base::Bytes(in.bytes(kDigestBytes));
    facts.media_type = base::Bytes(in.bytes(in.u8()));
    if (!in.ok() || plain.size() != kPlainFactsBytes) return corrupt("its facts can't be read");
    return facts;
}

}  // namespace

std::uint64_t sealedFileBytes(std::uint64_t content_bytes) {
    const auto chunks = (content_bytes + kChunkBytes - 1) / kChunkBytes;
    return kHeaderBytes + content_bytes + chunks * kChunkOverheadBytes;
}

SealedWriter::SealedWriter(const FileHandle& file, const crypto::KeyRing& kek, base::Random& random)
    : file_(file),
      random_(random),
      file_id_(random.bytes(kFileIdBytes)),
      data_key_(random.bytes(crypto::kAeadKeyBytes)),
      wrapped_key_(kek.wrap(keyContext(file_id_), data_key_, random)) {
    chunk_.reserve(kChunkBytes);
}

base::Status SealedWriter::write(base::BytesView content) {
    while (!content.empty()) {
        if (chunk_.size() == kChunkBytes) {
            if (auto written = writeChunk(); !written) return written;
        }
        const auto part = content.substr(0, kChunkBytes - chunk_.size());
        chunk_ += part;
        content.remove_prefix(part.size());
    }
    return {};
}

base::Status SealedWriter::writeChunk() {
    const auto sealed =
        crypto::seal(data_key_, chunkContext(file_id_, chunks_), chunk_, random_);
    if (auto written = file_.writeAt(sealed, chunkOffset(chunks_)); !written) return written;
    ++chunks_;
    chunk_.clear();
    return chunks_ % kChunksUnsyncedMax == 0 ? file_.sync() : base::Status();
}

base::Status SealedWriter::finish(const Facts& facts) {
    if (!chunk_.empty()) {
        if (auto written = writeChunk(); !written) return written;
    }
    base::Bytes header(kMagic);
    header += file_id_;
    header += wrapped_key_;
    header += crypto::seal(data_key_, factsContext(file_id_), encodeFacts(facts), random_);
    YHT_ASSERT(header.size() == kHeaderBytes);
    if (auto written = file_.writeAt(header, 0); !written) return written;
    return file_.sync();
}

base::Result<bool> rewrapHeader(const FileHandle& file, const crypto::KeyRing& kek, base::Random& random) {
    constexpr std::size_t kBefore = kMagic.size() + kFileIdBytes;
    const auto header = file.readAt(0, kBefore + kWrappedKeyBytes);
    if (!header) return header.error();
    base::ByteReader in(*header);
    if (in.bytes(kMagic.size()) != kMagic) return corrupt("it does not begin as it should");
    const auto file_id = in.bytes(kFileIdBytes);
    const auto wrapped_key = in.bytes(kWrappedKeyBytes);
    if (!in.finished()) return corrupt("it ends in its header");
    const auto anew = kek.rewrap(keyContext(file_id), wrapped_key, random);
    if (!anew) return corrupt("its key does not unwrap");
    // Synced where nothing is to be done too: who did it may have been killed before that.
    if (*anew) {
        if (auto written = file.writeAt(**anew, kBefore); !written) return written.error();
    }
    if (auto synced = file.sync(); !synced) return synced.error();
    return anew->has_value();
}

base::Result<SealedReader> SealedReader::open(FileHandle file, const crypto::KeyRing& kek) {
    const auto header = file.readAt(0, kHeaderBytes);
    if (!header) return header.error();
    base::ByteReader in(*header);
    if (in.bytes(kMagic.size()) != kMagic) return corrupt("it does not begin as it should");
    SealedReader reader;
    reader.file_id_ = base::Bytes(in.bytes(kFileIdBytes));
    const auto wrapped_key = in.bytes(kWrappedKeyBytes);
    const auto sealed_facts = in.bytes(kChunkOverheadBytes + kPlainFactsBytes);
    if (!in.finished()) return corrupt("it ends in its header");
    auto data_key = kek.unwrap(keyContext(reader.file_id_), wrapped_key);
    if (!data_key) return corrupt("its key does not unwrap");
    const auto plain = crypto::open(*data_key, factsContext(reader.file_id_), sealed_facts);
    if (!plain) return corrupt("its facts do not open");
    auto facts = decodeFacts(*plain);
    if (!facts) return std::move(facts).error();
    const auto size = file.size();
    if (!size) return size.error();
    if (*size != sealedFileBytes(facts->size_bytes)) return corrupt("it is not as long as it was");
    reader.file_ = std::move(file);
    reader.data_key_ = *std::move(data_key);
    reader.facts_ = *std::move(facts);
    return reader;
}

base::Status SealedReader::load(std::uint64_t index) {
    const auto sealed = file_.readAt(chunkOffset(index), kChunkBytes + kChunkOverheadBytes);
    if (!sealed) return sealed.error();
    auto plain = crypto::open(data_key_, chunkContext(file_id_, index), *sealed);
    const auto expected = std::min<std::uint64_t>(kChunkBytes, facts_.size_bytes - index * kChunkBytes);
    if (!plain || plain->size() != expected) {
        return corrupt("chunk " + std::to_string(index) + " does not open");
    }
    chunk_ = *std::move(plain);
    chunk_index_ = index;
    return {};
}

base::Result<base::Bytes> SealedReader::read(std::uint64_t offset, std::uint64_t count_max) {
    if (offset >= facts_.size_bytes) return base::Bytes();
    const auto index = offset / kChunkBytes;
    if (index != chunk_index_) {
        if (auto loaded = load(index); !loaded) return loaded.error();
    }
    const auto begin = offset % kChunkBytes;
    return chunk_.substr(begin, std::min<std::uint64_t>(count_max, kChunkBytes));
}

}  // namespace yht::attachments
