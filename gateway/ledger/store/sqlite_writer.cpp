#include "gateway/ledger/store/sqlite_writer.h"

#include <sqlite3.h>

#include <chrono>

#include "gateway/ledger/store/damage.h"

namespace yht::ledger {
namespace {

int rememberWalPages(void* pages, sqlite3*, const char*, int count) {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
}

}  // namespace

SqliteWriter::SqliteWriter(const SqliteStoreOptions& options, Parts parts)
    : options_(options),
      signer_(options.key_name, *options.log_key),
      reserve_(parts.reserve),
      checkpointer_(parts.checkpointer),
      recent_(parts.recent),
      full_disk_(base::TroubleKind::State, options.clock, options.on_notice),
      database_(std::move(parts.database)),
      lookups_(*database_, std::move(parts.keys)),
      edge_(std::move(parts.edge)),
      origin_(options.origin),
      last_seq_(edge_.size()),
      config_digest_(options.config_digest) {
    sqlite3_wal_hook(database_->handle(), rememberWalPages, &wal_pages_);
    thread_ = std::thread([this] { loop(); });
}

SqliteWriter::~SqliteWriter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    queued_.notify_all();
    committed_.notify_all();
    thread_.join();
}

void SqliteWriter::submit(Task task, std::function<void(base::Status)> done) {
    base::ErrorCode refusal{};
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_ && queue_.size() < options_.queue_max) {
            queue_.push_back({std::move(task), std::move(done)});
            if (queue_.size() == 1) queued_.notify_one();
            return;
        }
        refusal = stopping_ ? base::ErrorCode::NotReady : base::ErrorCode::QueueFull;
        if (!stopping_) ++counters_.refused_queue_full;
    }
    auto error = base::makeError(refusal);
    error.retry_after_s = 1;
    done(std::move(error));
}

bool SqliteWriter::waitForEntry(Seq after, std::int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    committed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] {
        return last_seq_ > after || stopping_;
    });
    return last_seq_ > after;
}

WriterCounters SqliteWriter::counters() const {
    const std::lock_guard lock(mutex_);
    auto counters = counters_;
    counters.queue_depth = queue_.size();
    return counters;
}

void SqliteWriter::setConfigDigest(base::Bytes digest) {
    YHT_ASSERT(digest.size() == kHashBytes);
    const std::lock_guard lock(mutex_);
    config_digest_ = std::move(digest);
}

base::Bytes SqliteWriter::configDigest() const {
    const std::lock_guard lock(mutex_);
    return config_digest_;
}

void SqliteWriter::loop() {
    for (auto batch = takeBatch(); !batch.empty(); batch = takeBatch()) {
        const auto answers = commit(batch);
        for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(answers[i]);
        reach(CommitPoint::Answered);
    }
}

/// Waits for tasks. Empty: stopping, and nothing is left.
SqliteWriter::Batch SqliteWriter::takeBatch() {
    std::unique_lock lock(mutex_);
    queued_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    Batch batch;
    while (!queue_.empty() && batch.size() < options_.batch_max) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return batch;
}

SqliteWriter::Answers SqliteWriter::commit(const Batch& batch) {
    try {
        return commitOrThrow(batch);
    } catch (const SqliteFault& fault) {
        return undone(batch, fault);
    }
}

SqliteWriter::Answers SqliteWriter::commitOrThrow(const Batch& batch) {
    change(*database_, "BEGIN IMMEDIATE");
    reach(CommitPoint::Begun);
    const auto now_ms = options_.clock.nowMillis();
    SqliteTransaction transaction(
        {*database_, lookups_, options_.random, now_ms, configDigest(), options_.serials, options_.payload_cipher,
         options_.leaf_digests},
        edge_, origin_
    );
    Answers answers;
    for (const auto& job : batch) answers.push_back(transaction.runTask(job.task));
    reach(CommitPoint::TasksDone);
    const std::uint64_t new_entries = transaction.edge().size() - edge_.size();
    std::string checkpoint;
    if (new_entries > 0) checkpoint = storeCheckpoint(transaction.edge(), transaction.origin());
    reach(CommitPoint::CheckpointSigned);
    change(*database_, "COMMIT");
    reach(CommitPoint::Committed);
    edge_ = transaction.edge();
    origin_ = transaction.origin();
    recent_.add(transaction.takeEntries(std::move(checkpoint)));
    if (new_entries > 0 && options_.on_committed) options_.on_committed(now_ms);
    publish(batch, new_entries);
    // What the reserve makes room for is no end of it.
    if (reserve_.isWhole()) full_disk_.endQuiet();
    checkpointer_.afterCommit(*database_, wal_pages_);
    return answers;
}

std::string SqliteWriter::storeCheckpoint(const TreeEdge& edge, const std::string& origin) {
    auto note = signer_.sign({origin, edge.size(), edge.root()});
    // A log that can't sign can promise nothing; there is no other answer to give than to stop.
    if (!note.ok()) options_.on_fatal("signing a checkpoint: " + base::describe(note.error()));
    YHT_ASSERT(note.ok());
    change(*database_, "INSERT INTO checkpoint (size, note) VALUES (?, ?)", edge.size(), *note);
    return *std::move(note);
}

/// After a fault nothing of the batch is in the ledger. Ends the process where that can't be made
/// sure.
SqliteWriter::Answers SqliteWriter::undone(const Batch& batch, const SqliteFault& fault) {
    const auto error = fault.toError();
    if (!fault.isDiskFull() && !fault.isBusy()) {
        options_.on_fatal("writing the ledger: " + operatorText(error, options_.path));
        YHT_ASSERT(false);
    }
    try {
        if (database_->inTransaction()) change(*database_, "ROLLBACK");
    } catch (const SqliteFault& second) {
        options_.on_fatal("undoing a commit: " + operatorText(second.toError(), options_.path));
        YHT_ASSERT(false);
    }
    if (fault.isDiskFull()) {
        const bool freed = reserve_.release();
        full_disk_.happened(
            {}, std::string("ledger: the disk is full 磁盘已满; ") +
                    (freed ? "the reserve is given up 已让出预留空间" : "there is no reserve left 预留空间已用尽")
        );
    }
    return Answers(batch.size(), base::Status(error));
}

void SqliteWriter::publish(const Batch& batch, std::uint64_t new_entries) {
    {
        const std::lock_guard lock(mutex_);
        last_seq_ = edge_.size();
        ++counters_.commits;
        counters_.tasks += batch.size();
        counters_.entries += new_entries;
    }
    if (new_entries > 0) committed_.notify_all();
}

void SqliteWriter::reach(CommitPoint point) const {
    if (options_.on_point) options_.on_point(point);
}

}  // namespace yht::ledger
