#include "gateway/ledger/store/archive.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <set>
#include <unordered_map>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/ledger/store/ledger_files.h"

namespace yht::ledger {
namespace {

constexpr std::string_view kFormat = "yht-archive-1";
constexpr std::size_t kPageEntries = 500;
constexpr std::size_t kNameDigits = 16;  // of the digest, in the file's name

std::optional<std::uint64_t> numberMember(const rapidjson::Value& object, const char* name) {
    const std::string text = json::textMember(object, name);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

base::Error wrongOrder(const std::string& en, const std::string& zh) {
    return base::makePublicError(base::ErrorCode::ParameterInvalid, en, zh);
}

base::Status checkOrder(const ArchiveOrder& order, const base::Clock& clock) {
    if (order.operator_id.empty() || order.why.empty()) {
        return wrongOrder("Say why: --why \"…\"; the reason is kept in the ledger.", "请用 --why 说明原因,原因将记入账本。");
    }
    const auto begin = monthBegin(order.before);
    if (!begin) {
        return wrongOrder(
            "A month is written as 2019-04: --before YYYY-MM.", "月份写作 2019-04:--before YYYY-MM。"
        );
    }
    if (*begin <= clock.nowMillis()) return {};
    return wrongOrder(
        "Only closed months are archived: --before can be " + monthOf(clock.nowMillis()) + " at the latest.",
        "仅可归档已结束的月份:--before 最晚为 " + monthOf(clock.nowMillis()) + "。"
    );
}

/// What one file will hold: of one month, in order.
struct Plan {
    std::string month;
    std::vector<Seq> seqs;
};

/// Chooses entries, a page and a snapshot at a time: a plan must not pin the write-ahead log.
class Planner {
public:
    Planner(Store& store, const ArchiveOrder& order, base::UnixMillis end_ms)
        : store_(store), order_(order), end_ms_(end_ms) {}

    base::Result<Plan> run();

private:
    base::Result<bool> page(Snapshot& view);
    base::Result<bool> isSettled(Snapshot& view, const LeafHeader& header);
    base::Result<bool> isMessageSettled(Snapshot& view, Seq message_seq);
    base::Result<bool> isTicketSettled(Snapshot& view, const LeafHeader& header);

    Store& store_;
    const ArchiveOrder& order_;
    const base::UnixMillis end_ms_;
    Seq after_ = 0;
    std::set<Seq> in_work_;
    std::unordered_map<std::string, bool> tickets_;
    Plan plan_;
};

base::Result<Plan> Planner::run() {
    {
        auto view = store_.snapshot();
        if (!view.ok()) return std::move(view).error();
        const auto in_work = (*view)->messagesInWork();
        in_work_.insert(in_work.begin(), in_work.end());
    }
    while (true) {
        auto view = store_.snapshot();
        if (!view.ok()) return std::move(view).error();
        const auto more = page(**view);
        if (!more.ok()) return more.error();
        if (!*more) return std::move(plan_);
    }
}

/// False: the plan is whole.
base::Result<bool> Planner::page(Snapshot& view) {
    const auto headers = view.scanStored(after_, kPageEntries);
    for (const auto& header : headers) {
        after_ = header.seq;
        if (header.committed_ms >= end_ms_) return false;
        const auto month = monthOf(header.committed_ms);
        if (!plan_.month.empty() && month != plan_.month) return false;
        const auto settled = isSettled(view, header);
        if (!settled.ok()) return settled.error();
        if (!*settled) continue;
        plan_.month = month;
        plan_.seqs.push_back(header.seq);
        if (plan_.seqs.size() >= order_.entries_max) return false;
    }
    return !headers.empty();
}

base::Result<bool> Planner::isSettled(Snapshot& view, const LeafHeader& header) {
    switch (header.type) {
        case EntryType::Message: return isMessageSettled(view, header.seq);
        case EntryType::Record:
        case EntryType::Outcome:
        case EntryType::Decision: return isTicketSettled(view, header);
        case EntryType::Audit:
        case EntryType::Key:
        case EntryType::Config:
        case EntryType::Erasure: return false;
    }
    YHT_ASSERT(false);
}

base::Result<bool> Planner::isMessageSettled(Snapshot& view, Seq message_seq) {
    if (in_work_.contains(message_seq)) return false;
    for (const Seq seq : view.messageEntries(message_seq)) {
        const auto leaf = view.leaf(seq);
        if (!leaf.ok()) return leaf.error();
        const auto settled = isTicketSettled(view, leaf->header);
        if (!settled.ok() || !*settled) return settled;
    }
    return true;
}

base::Result<bool> Planner::isTicketSettled(Snapshot& view, const LeafHeader& header) {
    if (header.ticket_no.empty()) return order_.settled(view, header);
    if (const auto known = tickets_.find(header.ticket_no); known != tickets_.end()) return known->second;
    const auto settled = view.isErased(header.ticket_no) ? base::Result<bool>(true) : order_.settled(view, header);
    if (settled.ok()) tickets_.emplace(header.ticket_no, *settled);
    return settled;
}

/// One run: from the plan to the last row removed.
class Archiver {
public:
    Archiver(Store& store, std::string folder, const base::Clock& clock, base::Random& random, const ArchiveOrder& order)
        : store_(store), folder_(std::move(folder)), clock_(clock), random_(random), order_(order) {}

    base::Result<ArchiveStep> run();

private:
    base::Result<std::optional<Archive>> unended();
    base::Result<Archive> write(const Plan& plan);
    base::Status fill(ArchiveFileWriter& writer, const Plan& plan, Archive& archive);
    base::Status readBack(const std::string& path, const Archive& archive);
    base::Status putInForce(Archive& archive);
    base::Result<std::uint64_t> remove(const Archive& archive);
    base::Status removeSome(const std::vector<Seq>& seqs, std::size_t from, const Archive& archive, std::uint64_t& removed);
    void reach(ArchivePoint point) const {
        if (order_.on_point) order_.on_point(point);
    }

    Store& store_;
    const std::string folder_;
    const base::Clock& clock_;
    base::Random& random_;
    const ArchiveOrder& order_;
};

base::Result<ArchiveStep> Archiver::run() {
    if (auto checked = checkOrder(order_, clock_); !checked.ok()) return checked.error();
    ArchiveStep step;
    auto unended_archive = unended();
    if (!unended_archive.ok()) return unended_archive.error();
    step.archive = *std::move(unended_archive);
    step.resumed = step.archive.has_value();
    if (!step.archive) {
        auto plan = Planner(store_, order_, *monthBegin(order_.before)).run();
        if (!plan.ok()) return plan.error();
        if (plan->seqs.empty()) return step;
        auto written = write(*plan);
        if (!written.ok()) return written.error();
        step.archive = *std::move(written);
        if (auto done = putInForce(*step.archive); !done.ok()) return done.error();
    }
    const auto removed = remove(*step.archive);
    if (!removed.ok()) return removed.error();
    step.removed_rows = *removed;
    step.archive->removed = true;
    auto view = store_.snapshot();
    if (!view.ok()) return std::move(view).error();
    step.space = (*view)->space();
    return step;
}

base::Result<std::optional<Archive>> Archiver::unended() {
    auto view = store_.snapshot();
    if (!view.ok()) return std::move(view).error();
    for (auto& archive : (*view)->archives()) {
        if (!archive.removed) return std::optional(std::move(archive));
    }
    return std::optional<Archive>();
}

/// Flushed, read back, and under its final name. The name has the digest: nothing is ever written over.
base::Result<Archive> Archiver::write(const Plan& plan) {
    if (::mkdir(folder_.c_str(), S_IRWXU) != 0 && !std::filesystem::is_directory(folder_)) {
        return base::makeError(base::ErrorCode::IoFailed, folder_ + ": can't be made");
    }
    if (auto synced = syncFolderOf(folder_); !synced.ok()) return synced.error();
    const std::string draft = folder_ + "/" + plan.month + ".partial";
    Archive archive;
    archive.month = plan.month;
    archive.first_seq = plan.seqs.front();
    {
        auto writer = ArchiveFileWriter::create(draft, store_.origin(), plan.month);
        if (!writer.ok()) return std::move(writer).error();
        if (auto filled = fill(**writer, plan, archive); !filled.ok()) return filled.error();
        auto digest = (*writer)->finish();
        if (!digest.ok()) return digest.error();
        archive.digest = *std::move(digest);
    }
    reach(ArchivePoint::FileWritten);
    if (auto same = readBack(draft, archive); !same.ok()) return same.error();
    archive.file = plan.month + "-" + base::toHex(archive.digest).substr(0, kNameDigits) + ".archive";
    const std::string path = folder_ + "/" + archive.file;
    if (::rename(draft.c_str(), path.c_str()) != 0) return base::makeError(base::ErrorCode::IoFailed, "naming " + path);
    if (auto synced = syncFolderOf(path); !synced.ok()) return synced.error();
    archive.size_bytes = std::filesystem::file_size(path);
    reach(ArchivePoint::FileNamed);
    return archive;
}

base::Status Archiver::fill(ArchiveFileWriter& writer, const Plan& plan, Archive& archive) {
    for (std::size_t next = 0; next < plan.seqs.size();) {
        auto view = store_.snapshot();
        if (!view.ok()) return std::move(view).error();
        for (const std::size_t end = std::min(plan.seqs.size(), next + kPageEntries); next < end; ++next) {
            const Seq seq = plan.seqs[next];
            const auto leaf = (*view)->leaf(seq);
            if (!leaf.ok()) return leaf.error();
            const auto sealed = (*view)->sealedPayload(seq);
            if (!sealed) return base::makeError(base::ErrorCode::LedgerCorrupt, "entry " + std::to_string(seq) + " has no payload");
            const bool erased = sealed->find_first_not_of('\0') == base::Bytes::npos;
            const auto added = writer.add(seq, leaf->sha256Commitment(), erased ? base::BytesView() : base::BytesView(*sealed));
            if (!added.ok()) return added;
            archive.last_seq = seq;
            ++archive.entries;
            if (writer.bodyBytes() >= kArchiveBytesMax) return {};
        }
    }
    return {};
}

/// Every entry found by its digest, with the octets that the database has.
base::Status Archiver::readBack(const std::string& path, const Archive& archive) {
    auto file = ArchiveFile::open(path);
    if (!file.ok()) return std::move(file).error();
    if (auto whole = (*file)->check(archive.digest); !whole.ok()) return whole;
    const auto seqs = (*file)->seqs();
    if (!seqs.ok()) return seqs.error();
    const auto differs = [&](const std::string& what) {
        return base::makeError(base::ErrorCode::IoFailed, path + ": read back, it differs: " + what);
    };
    if (seqs->size() != archive.entries) return differs("number of entries");
    for (std::size_t next = 0; next < seqs->size();) {
        auto view = store_.snapshot();
        if (!view.ok()) return std::move(view).error();
        for (const std::size_t end = std::min(seqs->size(), next + kPageEntries); next < end; ++next) {
            const Seq seq = (*seqs)[next];
            const auto leaf = (*view)->leaf(seq);
            if (!leaf.ok()) return leaf.error();
            const auto row = (*file)->find(leaf->sha256Commitment());
            if (!row.ok()) return row.error();
            if (!*row || (*row)->seq != seq) return differs("entry " + std::to_string(seq));
            const auto sealed = (*file)->sealed(**row);
            if (!sealed.ok()) return sealed.error();
            const auto stored = (*view)->sealedPayload(seq);
            const bool erased = !stored || stored->find_first_not_of('\0') == base::Bytes::npos;
            if (!erased && *stored != *sealed) return differs("entry " + std::to_string(seq));
        }
    }
    return {};
}

base::Status Archiver::putInForce(Archive& archive) {
    const auto salt = random_.bytes(kSaltBytes);
    const auto done = store_.run([&](Transaction& transaction) -> base::Status {
        EntryDraft draft;
        draft.header.type = EntryType::Audit;
        draft.header.received_ms = clock_.nowMillis();
        draft.header.source = order_.operator_id;
        draft.payload = encodeArchive(archive, order_.operator_id, order_.why);
        draft.salt = salt;
        const auto appended = transaction.append(std::move(draft));
        if (!appended.ok()) return appended.error();
        archive.entry_seq = *appended;
        archive.id = transaction.addArchive(archive);
        return {};
    });
    if (done.ok()) reach(ArchivePoint::Committed);
    return done;
}

/// The file is read as a whole once more where an earlier run had made it: what it was then is not what it must be now.
base::Result<std::uint64_t> Archiver::remove(const Archive& archive) {
    auto file = ArchiveFile::open(folder_ + "/" + archive.file);
    if (!file.ok()) return std::move(file).error();
    if (auto whole = (*file)->check(archive.digest); !whole.ok()) return whole.error();
    const auto seqs = (*file)->seqs();
    if (!seqs.ok()) return seqs.error();
    std::uint64_t removed = 0;
    for (std::size_t from = 0; from < seqs->size(); from += kArchiveRemovedPerCommit) {
        if (auto done = removeSome(*seqs, from, archive, removed); !done.ok()) return done.error();
        reach(ArchivePoint::SomeRemoved);
    }
    reach(ArchivePoint::Removed);
    return removed;
}

base::Status Archiver::removeSome(
    const std::vector<Seq>& seqs, std::size_t from, const Archive& archive, std::uint64_t& removed
) {
    std::uint64_t now = 0;
    const auto done = store_.run([&](Transaction& transaction) -> base::Status {
        const std::size_t end = std::min(seqs.size(), from + kArchiveRemovedPerCommit);
        for (std::size_t i = from; i < end; ++i) now += transaction.removeArchived(seqs[i]);
        return end == seqs.size() ? transaction.endArchive(archive.id) : base::Status();
    });
    if (done.ok()) removed += now;
    return done;
}

}  // namespace

std::string encodeArchive(const Archive& archive, const std::string& operator_id, const std::string& why) {
    std::string out = "{";
    json::appendMember(out, "digest", base::toHex(archive.digest));
    json::appendMember(out, "entries", std::to_string(archive.entries));
    json::appendMember(out, "file", archive.file);
    json::appendMember(out, "first_seq", std::to_string(archive.first_seq));
    json::appendMember(out, "format", kFormat);
    json::appendMember(out, "last_seq", std::to_string(archive.last_seq));
    json::appendMember(out, "month", archive.month);
    json::appendMember(out, "operator", operator_id);
    json::appendMember(out, "size_bytes", std::to_string(archive.size_bytes));
    json::appendMember(out, "why", why);
    return out + "}";
}

std::optional<Archive> decodeArchive(std::string_view payload) {
    const auto document = json::parse(payload);
    if (!document.ok() || !document->IsObject() || json::textMember(*document, "format") != kFormat) return std::nullopt;
    Archive archive;
    archive.file = json::textMember(*document, "file");
    archive.month = json::textMember(*document, "month");
    const auto digest = base::fromHex(json::textMember(*document, "digest"));
    const auto entries = numberMember(*document, "entries"), bytes = numberMember(*document, "size_bytes");
    const auto first = numberMember(*document, "first_seq"), last = numberMember(*document, "last_seq");
    if (!digest || !entries || !bytes || !first || !last) return std::nullopt;
    archive.digest = *digest;
    archive.entries = *entries;
    archive.size_bytes = *bytes;
    archive.first_seq = *first;
    archive.last_seq = *last;
    return archive;
}

std::optional<base::UnixMillis> monthBegin(std::string_view month) {
    const auto civil = base::parseCivil(month, "%Y-%m");
    if (!civil) return std::nullopt;
    return base::fromCivil(*civil, base::kShanghaiOffsetSeconds);
}

std::string monthOf(base::UnixMillis time_ms) {
    return base::formatCivil(base::toCivil(time_ms, base::kShanghaiOffsetSeconds), "%Y-%m");
}

base::Result<ArchiveStep> archiveNext(
    Store& store, const std::string& path, const base::Clock& clock, base::Random& random, const ArchiveOrder& order
) {
    return Archiver(store, archiveFolderOf(path), clock, random, order).run();
}

}  // namespace yht::ledger
