// Not a test: entries per second that the ledger makes durable, by hand.
//   ledger_append_rate FOLDER [threads] [records per message] [seconds] [receipts: 0 or 1]
// Each task is what admission does: a message and its records, a new ticket, identity, alias and
// replay key for each. With receipts, each thread also makes the receipts of what it appended, as
// the door does.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/store/sqlite_store.h"

namespace yht::ledger {
namespace {

constexpr std::size_t kPayloadBytes = 2048;

struct Load {
    int threads = 64;
    int records = 1;
    int seconds = 5;
    bool receipts = false;
};

EntryDraft draft(EntryType type, base::Random& random) {
    EntryDraft made;
    made.header.type = type;
    made.header.assurance = Assurance::PartnerSignature;
    made.header.source = "hotline-demo";
    made.header.adapter = "normalized";
    made.header.adapter_version = "1";
    made.payload = base::Bytes(kPayloadBytes, 'x');
    made.salt = random.bytes(kSaltBytes);
    return made;
}

/// What a caller prepares before the writer sees it.
struct Submission {
    EntryDraft message;
    std::vector<EntryDraft> records;
    std::vector<std::string> refs;
    base::Bytes replay_key;
    std::vector<ReceiptRequest> appended;
};

Submission prepare(int records, std::uint64_t number, base::Random& random) {
    Submission made{draft(EntryType::Message, random), {}, {}, random.bytes(32), {}};
    for (int i = 0; i < records; ++i) {
        made.records.push_back(draft(EntryType::Record, random));
        made.records.back().header.kind = 1;
        made.records.back().sealed_under = SealedUnder::Ticket;
        made.refs.push_back("HX" + std::to_string(number) + "-" + std::to_string(i));
    }
    return made;
}

base::Status decide(Transaction& transaction, Submission& submission, base::BytesView body_digest) {
    if (transaction.findReplay(submission.replay_key)) return {};
    auto message = transaction.append(submission.message);
    if (!message.ok()) return message.error();
    if (auto added = transaction.addReplay(submission.replay_key, *message); !added.ok())
        return added;
    for (std::size_t i = 0; i < submission.records.size(); ++i) {
        const auto& ref = submission.refs[i];
        const ticket::Identity identity{"hotline-demo", ticket::Kind::Appeal, ref, 1, 0};
        if (transaction.findLatest(identity.source, identity.kind, ref)) return {};
        if (transaction.findIdentity(identity) || transaction.findTicket("hotline-demo", ref))
            return {};
        auto number = transaction.newTicket("430200");
        if (!number.ok()) return number.error();
        auto& record = submission.records[i];
        record.header.ticket_no = *number;
        record.header.message_seq = *message;
        auto seq = transaction.append(record);
        if (!seq.ok()) return seq.error();
        submission.appended.push_back({*seq, record.salt});
        if (auto added = transaction.addIdentity(identity, *seq, body_digest, *number); !added.ok())
            return added;
        if (auto added = transaction.addAlias({"hotline-demo", ref, *number}); !added.ok())
            return added;
    }
    return {};
}

/// Of the whole process, callers included: comparable on a machine that others use too.
double cpuMicros() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto micros = [](const timeval& time) {
        return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
    };
    return micros(usage.ru_utime) + micros(usage.ru_stime);
}

struct Counters {
    std::atomic<std::uint64_t> entries{0};
    std::atomic<std::uint64_t> tasks{0};
    std::atomic<bool> stop{false};
    std::mutex mutex;
    std::vector<std::int64_t> micros;
};

void submitUntilStopped(
    SqliteStore& store, base::Random& random, const Load& load, int thread, Counters& counters
) {
    const auto body_digest = crypto::sha256(base::Bytes(kPayloadBytes, 'x'));
    std::vector<std::int64_t> micros;
    for (std::uint64_t i = 0; !counters.stop; ++i) {
        auto submission =
            prepare(load.records, static_cast<std::uint64_t>(thread) * 100'000'000 + i, random);
        const auto begin = std::chrono::steady_clock::now();
        const auto status = store.run([&](Transaction& transaction) {
            return decide(transaction, submission, body_digest);
        });
        if (!status.ok()) std::abort();
        if (load.receipts) {
            auto snapshot = store.snapshot();
            auto receipts = (*snapshot)->receipts(submission.appended);
            for (const auto& receipt : *receipts) (void)encodeReceipt(receipt);
        }
        micros.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::steady_clock::now() - begin
        )
                             .count());
        counters.entries += 1 + submission.appended.size();
        ++counters.tasks;
    }
    const std::lock_guard lock(counters.mutex);
    counters.micros.insert(counters.micros.end(), micros.begin(), micros.end());
}

int measure(const std::string& folder, const Load& load) {
    base::SystemClock clock;
    base::SystemRandom random;
    auto store = SqliteStore::open(
        {.path = folder + "/ledger.db",
         .kek = base::Bytes(32, 'k'),
         .log_key = *crypto::PrivateKey::fromEd25519Seed(base::Bytes(32, '\x07')),
         .key_name = "yht.example/log",
         .origin = "yht.example/430200/1",
         .clock = clock,
         .random = random,
         .on_fatal = {},
         .on_notice = {},
         .on_point = {}}
    );
    if (!store.ok()) {
        std::fprintf(stderr, "%s\n", base::describe(store.error()).c_str());
        return 1;
    }
    Counters counters;
    const double cpu_begin = cpuMicros();
    std::vector<std::thread> threads;
    const auto begin = std::chrono::steady_clock::now();
    for (int t = 0; t < load.threads; ++t) {
        threads.emplace_back([&, t] { submitUntilStopped(**store, random, load, t, counters); });
    }
    std::this_thread::sleep_for(std::chrono::seconds(load.seconds));
    counters.stop = true;
    for (auto& thread : threads) thread.join();
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::sort(counters.micros.begin(), counters.micros.end());
    const auto percentile = [&](double p) {
        return counters
            .micros[static_cast<std::size_t>(p * static_cast<double>(counters.micros.size() - 1))];
    };
    struct stat wal {};
    ::stat((folder + "/ledger.db-wal").c_str(), &wal);
    std::printf(
        "%d threads, %d records a message, receipts %d: %.0f entries/s, %.0f tasks/s, p50 %lld us, "
        "p99 %lld us, "
        "%.1f tasks a commit, WAL %.0f MB, %.1f us CPU an entry\n",
        load.threads, load.records, load.receipts, static_cast<double>(counters.entries) / seconds,
        static_cast<double>(counters.tasks) / seconds, static_cast<long long>(percentile(0.5)),
        static_cast<long long>(percentile(0.99)),
        static_cast<double>((*store)->counters().tasks) /
            static_cast<double>((*store)->counters().commits),
        static_cast<double>(wal.st_size) / 1e6,
        (cpuMicros() - cpu_begin) / static_cast<double>(counters.entries)
    );
    return 0;
}

}  // namespace
}  // namespace yht::ledger

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(
            stderr, "usage: ledger_append_rate FOLDER [threads] [records] [seconds] [receipts]\n"
        );
        return 2;
    }
    const auto number = [&](int i, int otherwise) {
        return count > i ? std::atoi(arguments[i]) : otherwise;
    };
    const yht::ledger::Load load{number(2, 64), number(3, 1), number(4, 5), number(5, 0) != 0};
    return yht::ledger::measure(arguments[1], load);
}
