#include "tools/centre-sim/outbox.h"

#include <iostream>

namespace yht::centre_sim {

namespace {

/// How soon a record that is due later, or a stop, is noticed without being woken.
constexpr std::int64_t kLookAgainMillis = 200;

}  // namespace

Outbox::Outbox(
    std::shared_ptr<const speaker::Speaker> speaker, speaker::SubmissionOptions options, Desk& desk,
    const base::Clock& clock
)
    : speaker_(std::move(speaker)), options_(std::move(options)), desk_(desk), clock_(clock) {
    options_.patient = true;
    options_.on_retry = [this](const std::string& trouble) {
        const std::scoped_lock lock(trouble_mutex_);
        trouble_ = trouble;
    };
    thread_ = std::thread([this] {
        try {
            run();
        } catch (const std::exception& fault) {
            // Going on could post a record twice under two identities, or forget one: stop, and say
            // so.
            std::cerr << "centre-sim: posting stopped: " << fault.what() << std::endl;
            failed_ = true;
        }
    });
}

Outbox::~Outbox() {
    stop_.stop();
    desk_.wake();
    thread_.join();
}

void Outbox::hold(bool held) {
    held_ = held;
    desk_.wake();
}

std::string Outbox::lastTrouble() const {
    const std::scoped_lock lock(trouble_mutex_);
    return trouble_;
}

void Outbox::run() {
    speaker::GatewayClient client(speaker_);
    while (!stop_.stopped()) {
        const auto rows = held_ ? std::vector<OutboxRow>{} : desk_.due(kBatchMax);
        if (rows.empty()) {
            desk_.waitForWork(kLookAgainMillis);
            continue;
        }
        std::vector<std::string> records;
        for (const OutboxRow& row : rows) records.push_back(row.json);
        const auto result = speaker::submit(client, records, options_, clock_, stop_);
        if (!result.answered) continue;
        desk_.settle(rows, result.acknowledgements);
        const std::scoped_lock lock(trouble_mutex_);
        trouble_.clear();
    }
}

}  // namespace yht::centre_sim
