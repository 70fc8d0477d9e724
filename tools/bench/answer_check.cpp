#include "tools/bench/answer_check.h"

#include <charconv>

#include "tools/bench/figures.h"

namespace yht::bench {

namespace {

constexpr std::size_t kShownBytes = 600;

std::size_t countOf(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + what.size()))
        ++count;
    return count;
}

[[noreturn]] void refuse(const Answer& answer, const std::string& why) {
    throw Invalid(
        why + ": HTTP " + std::to_string(answer.status) + " " +
        std::string(answer.body.substr(0, kShownBytes))
    );
}

}  // namespace

namespace {

void checkCount(const Answer& answer, std::string_view part, std::size_t wanted) {
    const auto count = countOf(answer.body, part);
    if (count == wanted) return;
    refuse(
        answer,
        std::to_string(count) + " times " + std::string(part) + ", not " + std::to_string(wanted)
    );
}

void checkSoap(const Answer& answer, const Request& request) {
    if (answer.status != 200) refuse(answer, "an answer is not 200");
    checkCount(answer, "<ds:SignatureValue>", 1);
    if (request.speech == Speech::SoapAttachment)
        return checkCount(answer, "<digest>" + request.digest + "</digest>", 1);
    for (const std::string_view part :
         {"<ticket_no>43", "<verdict>created</verdict>", "<receipt>{"})
        checkCount(answer, part, request.records);
}

}  // namespace

void checkAnswer(const Answer& answer, const Request& request) {
    if (request.speech != Speech::Rest) return checkSoap(answer, request);
    const std::size_t records = request.records;
    const int expected = records == 1 ? 201 : 200;
    if (answer.status != expected) refuse(answer, "an answer is not " + std::to_string(expected));
    // These texts can't stand in a receipt, whose values are numbers, base64 and a checkpoint.
    for (const std::string_view part :
         {R"("ticket_no":"43)", R"("verdict":"created")", R"("receipt":{)"}) {
        // A ticket's number stands in its receipt, too.
        checkCount(answer, part, part.starts_with(R"("ticket)") ? 2 * records : records);
    }
}

void readSeqs(const Answer& answer, std::uint64_t* seqs, std::size_t records) {
    // The item's own seq stands before its verdict; the receipt's behind.
    constexpr std::string_view kBefore = R"("seq":")", kBehind = R"(","verdict")";
    std::size_t verdict = 0;
    for (std::size_t i = 0; i < records; ++i) {
        verdict = answer.body.find(kBehind, verdict);
        const auto at = answer.body.rfind(kBefore, verdict);
        if (verdict == std::string_view::npos || at == std::string_view::npos)
            refuse(answer, "a record has no sequence number");
        std::from_chars(
            answer.body.data() + at + kBefore.size(), answer.body.data() + verdict, seqs[i]
        );
        ++verdict;
    }
}

std::size_t checkSamples(
    const LoadResult& result, const std::vector<Request>& requests, const Recipe& recipe,
    const speaker::LogKey& log_key, const crypto::Certificate& gateway
) {
    const base::SystemClock clock;
    const speaker::SoapAnswers soap(gateway, clock);
    std::size_t checked = 0;
    for (const auto& sample : result.samples) {
        const Request& request = requests[sample.request];
        speaker::RestAnswer answer{sample.status, sample.body};
        if (request.speech == Speech::Soap) {
            auto read = soap.read(sample.body, request.records);
            if (!read) throw Invalid("a sampled answer's signature does not hold");
            answer = *std::move(read);
        } else if (request.speech == Speech::SoapAttachment) {
            if (!soap.isSigned(sample.body)) throw Invalid("a sampled answer's signature does not hold");
            ++checked;
            continue;
        }
        const auto acknowledgements = speaker::readAnswer(
            answer.status, answer.body, recordsOf(recipe, request), request.records > 1, &log_key
        );
        if (!acknowledgements) throw Invalid("a sampled answer can't be read");
        for (const auto& one : *acknowledgements) {
            if (one.verdict != "created" || !one.verified)
                throw Invalid(
                    "the receipt of " + one.record_ref + " does not hold: " + one.problem
                );
            ++checked;
        }
    }
    if (checked == 0) throw Invalid("nothing was sampled");
    return checked;
}

}  // namespace yht::bench
