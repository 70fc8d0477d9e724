// A far side that does what the test says, one word per call:
//   ok                 takes everything it has not, says Duplicate to the rest (the default)
//   refuse REF         takes all but that record, which it refuses
//   later REF          takes all but that record, which it puts off
//   number REF NUMBER  takes everything, names NUMBER for that record's ticket
//   lost               the request never arrived, the answer neither: Unknown
//   lost-after         takes everything, its answer is lost: Unknown
//   unsent             no connection: NotSent
//   busy SECONDS       Busy, Retry-After SECONDS (0: none)
//   announced SECONDS  a maintenance window of its profile, which ends in SECONDS
//   poison REF         from now on refuses every request with that record as a whole
//   cure               … no more
//   blame REF          refuses the request for what that record holds: of several nothing is taken, alone it is refused
//   stop               refuses us, whatever is sent
//   garbled            answers for records that were not sent
//   unmap REF          leaves that record out as one that can't be mapped (any more), takes the rest
//   unmap-lost REF     the same, and its answer is lost
//   withhold           sends nothing: the far side is not to have any of it
//   await              sends nothing: puts all of it off
// Uses: kit. Used by: the tests of this folder.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "adapters/kit/destination.h"

namespace yht::delivery {

struct Call {
    bool query = false;
    std::string batch_id;
    std::vector<kit::OutboundRecord> records;
};

class ScriptedDestination final : public kit::Destination {
public:
    explicit ScriptedDestination(std::string id) : id_(std::move(id)) {}

    // What it is.
    std::size_t batch_max = 200;
    std::size_t batch_bytes_max = 1'000'000;
    std::map<std::string, std::size_t> bytes;  // by record_ref; else 1
    kit::Resend resend_rule = kit::Resend::Idempotent;
    std::vector<kit::Dependency> needs;
    std::set<std::string> unmappable;  // record_refs that check() fails
    std::int64_t late_after_ms = 600'000;
    bool keeps_order = true;
    base::Clock* clock = nullptr;  // stamps sent and answered, where there is one

    void will(const std::string& word) { words_.push_back(word); }

    // What was seen.
    std::vector<Call> calls;
    std::set<std::string> taken;  // "ref@version"

    /// "A1,A2" per call, "?A1" for queries.
    std::vector<std::string> heard() const {
        std::vector<std::string> lines;
        for (const Call& call : calls) {
            std::string line = call.query ? "?" : "";
            for (const auto& out : call.records) {
                if (line.size() > (call.query ? 1U : 0U)) line += ',';
                line += out.record.text(ticket::Field::record_ref);
            }
            lines.push_back(line);
        }
        return lines;
    }

    const std::string& id() const override { return id_; }
    std::size_t batchMax() const override { return batch_max; }
    std::size_t batchBytesMax() const override { return batch_bytes_max; }
    kit::Resend resend() const override { return resend_rule; }
    const std::vector<kit::Dependency>& dependencies() const override { return needs; }
    std::int64_t lateAfterMillis() const override { return late_after_ms; }
    bool takes(ticket::Kind) const override { return true; }
    bool keepsOrder() const override { return keeps_order; }
    kit::RecordFit check(const kit::OutboundRecord& out) const override {
        const auto& ref = out.record.text(ticket::Field::record_ref);
        const auto sized = bytes.find(ref);
        kit::RecordFit fit{{}, sized == bytes.end() ? 1 : sized->second};
        if (unmappable.contains(ref)) fit.errors.push_back(tooLong());
        return fit;
    }

    kit::BatchAnswer send(
        const std::string& batch_id, const std::vector<kit::OutboundRecord>& records
    ) override {
        calls.push_back({.query = false, .batch_id = batch_id, .records = records});
        std::istringstream word(next());
        std::string verb, ref, number;
        word >> verb >> ref >> number;
        if (verb == "poison") poison_ = ref;
        if (verb == "cure") poison_.clear();
        for (const auto& out : records) {
            if (out.record.text(ticket::Field::record_ref) == poison_) {
                return failed(kit::BatchVerdict::Busy, base::ErrorCode::PeerRefused);
            }
        }
        if (verb == "lost")
            return failed(kit::BatchVerdict::Unknown, base::ErrorCode::PeerAnswerLost);
        if (verb == "unsent")
            return failed(kit::BatchVerdict::NotSent, base::ErrorCode::PeerUnreachable);
        if (verb == "busy" || verb == "announced") {
            auto answer = failed(kit::BatchVerdict::Busy, base::ErrorCode::PeerBusy);
            answer.retry_after_ms = 1000 * std::stoll(ref);
            answer.announced = verb == "announced";
            return answer;
        }
        if (verb == "stop" || (verb == "blame" && records.size() > 1)) {
            auto answer = failed(kit::BatchVerdict::Busy, base::ErrorCode::PeerRefused);
            answer.stops = verb == "stop";
            answer.one_by_one = verb == "blame";
            answer.error_detail = "Fault";
            return answer;
        }
        if (verb == "withhold" || verb == "await") return unsent(verb, records);
        if (verb.starts_with("unmap")) return leaveOut(ref, records, verb == "unmap-lost");
        kit::BatchAnswer answer = takeAll(records, verb, ref, number);
        if (verb == "lost-after")
            return failed(kit::BatchVerdict::Unknown, base::ErrorCode::PeerAnswerLost);
        if (verb == "garbled") answer.records.front().seq += 1000;
        return answer;
    }

    kit::BatchAnswer query(
        const std::string& batch_id, const std::vector<kit::OutboundRecord>& records
    ) override {
        calls.push_back({.query = true, .batch_id = batch_id, .records = records});
        kit::BatchAnswer answer = answered();
        for (const auto& out : records) {
            const bool there = taken.contains(nameOf(out.record));
            answer.records.push_back(
                {.seq = out.seq,
                 .verdict = there ? kit::RecordVerdict::Duplicate : kit::RecordVerdict::Later}
            );
        }
        return answer;
    }

private:
    kit::BatchAnswer unsent(
        const std::string& verb, const std::vector<kit::OutboundRecord>& records
    ) {
        auto answer = answered();
        answer.nothing_sent = true;
        const auto verdict =
            verb == "await" ? kit::RecordVerdict::Later : kit::RecordVerdict::Withheld;
        for (const auto& out : records) answer.records.push_back({.seq = out.seq, .verdict = verdict});
        return answer;
    }
    static base::FieldError tooLong() {
        return {
            .pointer = "/content",
            .code = "too_long",
            .limit = "100",
            .en = "Too long.",
            .zh = "过长。"};
    }
    static std::string nameOf(const ticket::Record& record) {
        return record.text(ticket::Field::record_ref) + "@" +
               std::to_string(record.identity().version);
    }
    std::string next() {
        if (words_.empty()) return "ok";
        auto word = words_.front();
        words_.pop_front();
        return word;
    }
    kit::BatchAnswer answered() const {
        kit::BatchAnswer answer;
        answer.verdict = kit::BatchVerdict::Answered;
        answer.request_bytes = "request of " + id_;
        answer.response_bytes = "signed response of " + id_;
        if (clock != nullptr) answer.sent_ms = answer.answered_ms = clock->nowMillis();
        return answer;
    }
    static kit::BatchAnswer failed(kit::BatchVerdict verdict, base::ErrorCode code) {
        kit::BatchAnswer answer;
        answer.verdict = verdict;
        answer.error = code;
        return answer;
    }
    kit::BatchAnswer takeAll(
        const std::vector<kit::OutboundRecord>& records, const std::string& verb,
        const std::string& ref, const std::string& number
    ) {
        kit::BatchAnswer answer = answered();
        for (const auto& out : records) {
            kit::RecordAnswer one{.seq = out.seq, .verdict = kit::RecordVerdict::Accepted};
            const bool meant = out.record.text(ticket::Field::record_ref) == ref;
            if (meant && (verb == "refuse" || verb == "blame")) {
                one.verdict = kit::RecordVerdict::Refused;
                one.code = "E102";
                one.fields = {
                    {.pointer = "/sqnr",
                     .code = "E102",
                     .limit = "",
                     .en = "bad",
                     .zh = "内容不符"}};
            } else if (meant && verb == "later") {
                one.verdict = kit::RecordVerdict::Later;
            } else if (!taken.insert(nameOf(out.record)).second) {
                one.verdict = kit::RecordVerdict::Duplicate;
            }
            if (meant && verb == "number") one.peer_number = number;
            one.peer_receipt = "receipt " + std::to_string(out.seq);
            answer.records.push_back(std::move(one));
        }
        return answer;
    }

    kit::BatchAnswer leaveOut(
        const std::string& ref, const std::vector<kit::OutboundRecord>& records, bool lost
    ) {
        std::vector<kit::OutboundRecord> sent;
        std::vector<kit::RecordAnswer> left;
        for (const auto& out : records) {
            if (out.record.text(ticket::Field::record_ref) != ref) {
                sent.push_back(out);
                continue;
            }
            left.push_back(
                {.seq = out.seq,
                 .verdict = kit::RecordVerdict::Unmappable,
                 .fields = {tooLong()}}
            );
        }
        kit::BatchAnswer answer = takeAll(sent, "ok", "", "");
        if (lost) answer = failed(kit::BatchVerdict::Unknown, base::ErrorCode::PeerAnswerLost);
        for (auto& one : left) answer.records.push_back(std::move(one));
        return answer;
    }

    const std::string id_;
    std::deque<std::string> words_;
    std::string poison_;
};

}  // namespace yht::delivery
