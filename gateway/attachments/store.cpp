#include "gateway/attachments/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "gateway/attachments/store_names.h"
#include "gateway/base/bytes.h"

namespace yht::attachments {
namespace {

using base::ErrorCode;
namespace fs = std::filesystem;

constexpr std::size_t kTemporaryNameBytes = 16;

base::Status makeFolder(const std::string& path) {
    if (::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
    return ioError("mkdir " + path);
}

}  // namespace

bool isDigest(const std::string& text) {
    constexpr std::size_t kDigits = 64;
    return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// ---- Upload

Upload::Upload(Store& store, std::string partner_id, std::string path, FileHandle file)
    : store_(store),
      partner_id_(std::move(partner_id)),
      path_(std::move(path)),
      file_(std::move(file)),
      writer_(file_, store.options_.kek, store.options_.random) {}

Upload::~Upload() {
    if (!kept_) ::unlink(path_.c_str());
    if (!counted_ && !kept_) store_.count(ErrorCode::Internal);
    store_.ended(*this);
}

/// Counts how an upload ended, once.
template <class T>
T Upload::counted(T result) {
    if (!result.ok() && !counted_) {
        store_.count(result.error().code);
        counted_ = true;
    }
    return result;
}

base::Status Upload::write(base::BytesView content) {
    return counted(take(content));
}

base::Status Upload::take(base::BytesView content) {
    if (content.size() > store_.options_.bytes_max - size_bytes_) {
        return base::makeError(ErrorCode::BodyTooLarge);
    }
    if (auto typed = detector_.take(content); !typed) return typed;
    const auto needed = sealedFileBytes(size_bytes_ + content.size());
    if (auto reserved = store_.reserve(partner_id_, needed - reserved_bytes_); !reserved) return reserved;
    reserved_bytes_ = needed;
    size_bytes_ += content.size();
    sha256_.update(content);
    return writer_.write(content);
}

base::Result<Kept> Upload::keep(const Order& order) {
    return counted(settle(order));
}

base::Result<Kept> Upload::settle(const Order& order) {
    Facts facts{.size_bytes = size_bytes_, .sha256 = sha256_.finish(), .media_type = {}};
    if (facts.sha256 != order.sha256) {
        return base::makeError(ErrorCode::DigestMismatch, "sha-256");
    }
    auto media_type = detector_.finish(order.media_type);
    if (!media_type) return std::move(media_type).error();
    facts.media_type = *std::move(media_type);
    if (auto finished = writer_.finish(facts); !finished) return finished.error();
    if (!store_.options_.scan.program.empty()) {
        auto content = SealedReader::open(openFile(path_, O_RDONLY), store_.options_.kek);
        if (!content) return std::move(content).error();
        if (auto clean = scan(store_.options_.scan, *content); !clean) return clean.error();
    }
    auto kept = store_.place(*this, facts);
    kept_ = kept.ok();
    return kept;
}

// ---- Store

base::Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
    std::unique_ptr<Store> store(new Store(std::move(options)));
    if (auto prepared = store->prepareFolders(); !prepared) return prepared.error();
    if (auto added = store->addUp(); !added) return added.error();
    return store;
}

base::Status Store::prepareFolders() {
    const std::string incoming = options_.directory + "/incoming";
    for (const auto& folder : {options_.directory, incoming, options_.directory + "/erasing"}) {
        if (auto made = makeFolder(folder); !made) return made;
    }
    std::error_code failed;
    for (const auto& left : fs::directory_iterator(incoming, failed)) {
        if (::unlink(left.path().c_str()) != 0) return ioError("unlink " + left.path().string());
    }
    if (failed) return ioError("list " + incoming, failed);
    if (auto begun = beginJudging(); !begun) return begun;
    if (auto synced = syncFolder(options_.directory); !synced) return synced;
    // The folder itself may be new, and it is a name in its parent.
    return syncFolder(fs::absolute(options_.directory).parent_path());
}

base::Status Store::addUp() {
    counters_.bytes_max = options_.total_bytes_max;
    std::error_code failed;
    fs::recursive_directory_iterator at(options_.directory, failed);
    for (; !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
        if (!at->is_regular_file(failed)) continue;
        const auto folder = at->path().parent_path().filename();
        if (folder == "unjudged") ++counters_.unjudged;
        if (folder == "unjudged" || folder == "erasing") continue;
        const auto [digest, partner] = splitMarkName(at->path().filename().string());
        if (!partner.empty()) brought_bytes_[partner] += fileBytes(fileOf(digest));
        if (!partner.empty() || !isDigest(digest)) continue;
        counters_.bytes += at->file_size(failed);
        if (++counters_.files > options_.files_max) {
            return base::makeError(ErrorCode::ConfigInvalid, "attachments: too many files");
        }
    }
    if (failed) return ioError("list " + options_.directory, failed);
    return {};
}

std::string Store::fileOf(const std::string& digest) const {
    return options_.directory + "/" + digest.substr(0, 2) + "/" + digest;
}

std::string Store::markOf(const std::string& digest, const std::string& partner_id) const {
    return options_.directory + "/" + digest.substr(0, 2) + "/" + markName(digest, partner_id);
}

base::Result<std::unique_ptr<Upload>> Store::begin(const std::string& partner_id) {
    if (auto taken = takeSlot(partner_id); !taken) return taken.error();
    const auto path = options_.directory + "/incoming/" +
                      base::toHex(options_.random.bytes(kTemporaryNameBytes));
    auto file = openFile(path, O_RDWR | O_CREAT | O_EXCL);
    if (!file.isOpen()) {
        const auto error = ioError("create");
        count(error.code);
        giveSlotBack(partner_id);
        return error;
    }
    return std::unique_ptr<Upload>(new Upload(*this, partner_id, path, std::move(file)));
}

/// A start refuses more files than these, so an upload must not bring them about. And no partner fills the room for
/// all: whoever brings bytes is charged for them, though another may have brought them too.
base::Status Store::reserve(const std::string& partner_id, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (counters_.files + counters_.uploads_under_way > options_.files_max) {
        return base::makeError(
            ErrorCode::AttachmentQuota, std::to_string(counters_.files) + " files are kept"
        );
    }
    auto& own_bytes = brought_bytes_[partnerKeyOf(partner_id)];
    const auto own_max = options_.total_bytes_max - options_.total_bytes_max / 2;
    if (bytes > own_max - std::min(own_bytes, own_max)) {
        return base::makeError(
            ErrorCode::AttachmentQuota, std::to_string(own_bytes) + " octets are this partner's"
        );
    }
    if (bytes > options_.total_bytes_max - std::min(counters_.bytes, options_.total_bytes_max)) {
        return base::makeError(
            ErrorCode::AttachmentQuota, std::to_string(counters_.bytes) + " octets are used"
        );
    }
    counters_.bytes += bytes;
    own_bytes += bytes;
    return {};
}

base::Status Store::setNames(const Naming& naming) {
    if (auto noted = noteUnjudged(naming.digest, naming.partner_id); !noted) return noted;
    const auto file = fileOf(naming.digest), mark = markOf(naming.digest, naming.partner_id);
    if (!openFile(mark, O_WRONLY | O_CREAT).isOpen()) return ioError("mark");
    if (naming.is_there) {
        ::unlink(naming.path.c_str());
    } else if (::rename(naming.path.c_str(), file.c_str()) != 0) {
        return ioError("rename");
    }
    auto lasting = syncFolder(options_.directory + "/" + naming.digest.substr(0, 2));
    // An erasure under way may have meant this partner's mark, but not these bytes, which come after it.
    if (lasting) lasting = dropNote(naming.digest, naming.partner_id);
    // What was not acknowledged is not kept: it would be counted nowhere.
    if (!lasting && !naming.is_there) ::unlink(file.c_str());
    return lasting;
}

base::Result<Kept> Store::place(const Upload& upload, const Facts& facts) {
    const std::lock_guard placing(place_mutex_);
    const auto digest = base::toHex(facts.sha256);
    const auto folder = options_.directory + "/" + digest.substr(0, 2);
    const auto mark = markOf(digest, upload.partner_id_);
    if (auto made = makeFolder(folder); !made) return made.error();
    if (auto synced = syncFolder(options_.directory); !synced) return synced.error();
    // Content that is there stays as it is, and under the type it came with first; what is there but
    // does not verify is replaced. What can't be looked at now may be sound: it is not touched.
    auto there = find(digest);
    const bool corrupt = !there && there.error().code == ErrorCode::AttachmentCorrupt;
    if (!there && !corrupt && there.error().code != ErrorCode::NotFound) return there.error();
    const std::uint64_t corrupt_bytes = corrupt ? fileBytes(fileOf(digest)) : 0;
    const bool marked = exists(mark);
    Kept kept{.facts = there ? there->facts() : facts, .again = marked && there.ok()};
    const Naming naming{upload.path_, digest, upload.partner_id_, there.ok()};
    if (auto named = setNames(naming); !named) {
        if (!marked) ::unlink(mark.c_str());
        if (corrupt && !exists(fileOf(digest))) uncount(corrupt_bytes);
        return named.error();
    }
    if (corrupt) uncount(corrupt_bytes);
    const std::lock_guard lock(mutex_);
    // Charged before: for what is there, or for what was corrupt.
    if (marked && there) giveBack(partnerKeyOf(upload.partner_id_), upload.reserved_bytes_);
    if (marked && corrupt) giveBack(partnerKeyOf(upload.partner_id_), corrupt_bytes);
    ++(kept.again ? counters_.again : counters_.kept);
    if (there) {
        counters_.bytes -= upload.reserved_bytes_;
    } else {
        ++counters_.files;
    }
    return kept;
}

/// A file that was kept is gone.
void Store::uncount(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    counters_.bytes -= std::min(bytes, counters_.bytes);
    --counters_.files;
}

void Store::ended(const Upload& upload) {
    giveSlotBack(upload.partner_id_);
    const std::lock_guard lock(mutex_);
    if (upload.kept_) return;
    counters_.bytes -= upload.reserved_bytes_;
    giveBack(partnerKeyOf(upload.partner_id_), upload.reserved_bytes_);
}

/// Requires: mutex_ is held.
void Store::giveBack(const std::string& partner_key, std::uint64_t bytes) {
    auto& own_bytes = brought_bytes_[partner_key];
    own_bytes -= std::min(bytes, own_bytes);
}

/// However slow others are, each partner has one upload; what is for all is for the further ones, half of it for one.
base::Status Store::takeSlot(const std::string& partner_id) {
    const std::lock_guard lock(mutex_);
    const auto held = under_way_.find(partner_id);
    const std::size_t own_max = (options_.uploads_max + 1) / 2;
    std::optional<ErrorCode> refused;
    if (held != under_way_.end()) {
        if (counters_.uploads_under_way >= options_.uploads_max) refused = ErrorCode::AttachmentUploads;
        if (held->second >= own_max) refused = ErrorCode::TooManyRequests;
    }
    if (refused) {
        ++counters_.not_kept[*refused];
        return base::makeError(*refused);
    }
    ++under_way_[partner_id];
    ++counters_.uploads_under_way;
    return {};
}

void Store::giveSlotBack(const std::string& partner_id) {
    const std::lock_guard lock(mutex_);
    --counters_.uploads_under_way;
    const auto held = under_way_.find(partner_id);
    if (--held->second == 0) under_way_.erase(held);
}

void Store::count(ErrorCode code) {
    const std::lock_guard lock(mutex_);
    ++counters_.not_kept[code];
}

base::Result<SealedReader> Store::find(const std::string& digest) const {
    if (!isDigest(digest)) return base::makeError(ErrorCode::NotFound);
    auto file = openFile(fileOf(digest), O_RDONLY);
    if (!file.isOpen()) {
        if (errno == ENOENT) return base::makeError(ErrorCode::NotFound);
        return ioError("open");
    }
    auto reader = SealedReader::open(std::move(file), options_.kek);
    if (reader && base::toHex(reader->facts().sha256) != digest) {
        return base::makeError(ErrorCode::AttachmentCorrupt, "it is another attachment's file");
    }
    return reader;
}

bool Store::broughtBy(const std::string& digest, const std::string& partner_id) const {
    return isDigest(digest) && exists(markOf(digest, partner_id));
}

Counters Store::counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
}

}  // namespace yht::attachments
