// The switchboard: how a simulated platform misbehaves, set from outside while it runs. README.md
// lists it. Uses: base, RapidJSON. Used by: province-sim, exchange-sim, centre-sim.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/base/clock.h"
#include "tools/stage/json_text.h"

namespace yht::stage {

/// What happens to one request.
struct Mischief {
    std::int64_t slow_ms = 0;
    bool fail500 = false;
    bool busy429 = false;
    bool busy503 = false;
    std::string refuse_code;         // not "": the whole request is refused with this code, in the
                                     // simulator's words
    std::int64_t retry_after_s = 0;  // of the busy ones, refuse_code and maintenance
    bool maintenance = false;
    bool cut_before_commit = false;
    bool cut_after_commit = false;
    bool wrong_signature = false;
    bool unsigned_answer = false;
    // Of platforms that sign envelopes:
    bool wrong_key = false;        // the answer is signed by nobody who is known
    bool stale_answer = false;     // … and bears a time long past
    bool wrapped_answer = false;   // what was signed is not what is said
    bool replayed_answer = false;  // the last answer once more
};

/// What is wrong with one record, by command.
struct Refusal {
    std::string field;
    std::string code;
};

/// Thread-safety: any thread.
class Misbehaviour {
public:
    explicit Misbehaviour(const base::Clock& clock) : clock_(clock) {}

    /// Applies a /misbehave body. The name of the first member that is unknown or of a wrong type,
    /// or "".
    std::string apply(const JsonValue& command);
    void reset();
    bool down() const;
    /// What this request is to suffer; counters run down.
    Mischief next();
    /// Waits out `slow_ms`; reset() and stop() end the wait.
    void pause(std::int64_t slow_ms);
    /// How many requests are waiting in pause(): tests wait for this.
    std::size_t pausing() const;
    /// No pause from now on: the process ends.
    void stop();
    /// Whether this record is to be refused by command; `record` is asked for the field of
    /// refuse_where.
    std::optional<Refusal> nextRefusal(const JsonValue& record);
    /// The code that every request with this record in it is refused with, whole; "" for none. `record` is asked for the
    /// field of refuse_batch_where.
    std::string wholeRefusalOf(const JsonValue& record) const;
    /// The settings as JSON, for /stats.
    std::string describe() const;

private:
    struct Settings {
        std::int64_t slow_ms = 0, fail500 = 0, busy429 = 0, busy503 = 0, retry_after_s = 1;
        std::int64_t refuse_batch = 0;
        std::int64_t cut_after_commit = 0, cut_before_commit = 0;
        std::int64_t wrong_signature = 0, unsigned_answers = 0;
        std::int64_t wrong_key = 0, stale_answer = 0, wrapped_answer = 0, replayed_answer = 0;
        std::int64_t refuse_next = 0, maintenance_until_ms = 0;
        std::string refuse_field, refuse_code, refuse_batch_code;
        std::string where_field, where_value;
        std::string batch_where_field, batch_where_value;
        bool down = false;
    };
    struct NumberRow {
        const char* name;
        std::int64_t Settings::*member;
    };
    static const NumberRow kNumbers[];
    struct TextRow {
        const char* name;
        std::string Settings::*member;
    };
    static const TextRow kTexts[];
    static bool applyMember(Settings& settings, const std::string& name, const JsonValue& value);

    const base::Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    // Protected by mutex_.
    Settings settings_;
    std::uint64_t resets_ = 0;
    std::size_t pausing_ = 0;
    bool stopped_ = false;
};

}  // namespace yht::stage
