// A federation in which everything that can show personal data is connected: both provinces, the centre, a unit that is handed files,
// a source of its own format (posted, pulled, called by an old system) whose results go home, a far side that throws back what it
// was sent. Citizens full of marks speak in it, in every good and every bad way. Uses: federation, exchange, marks.
// Used by: the test of personal data.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/scenarios/exchange.h"
#include "tests/scenarios/federation.h"
#include "tests/scenarios/marks.h"

namespace yht::scenarios {

class EchoingFarSide;

/// Something said to a channel's caller, with the channel's name.
struct Said {
    std::string channel, text;
};

class MarkedWorld {
public:
    MarkedWorld();
    ~MarkedWorld();

    /// Everything runs.
    void start();
    /// What is right, by every way in; waits until it is where it goes.
    void speakWell();
    /// What is wrong: nothing of it may become a record. Everything that was answered is kept.
    void speakBadly();

    /// Leaves an item of the "waiting" citizen in quarantine; its number there.
    std::string leaveWaiting();
    /// From then on commands are signed: id → role, each with a key of that name in the PKI.
    void nameOperators(const std::map<std::string, std::string>& roles);

    const Citizen& of(const std::string& tag) const { return citizens_.at(tag); }
    std::vector<Citizen> everybody() const;
    /// What the door answered to whoever spoke, good and bad.
    const std::vector<Said>& answers() const { return answers_; }
    const std::string& ticketOf(const std::string& tag) const { return tickets_.at(tag); }

    Federation federation;
    std::string unitFolder() const { return federation.directory() + "/unit"; }
    std::string homeFolder() const { return federation.directory() + "/home"; }
    std::string temporaryFolder() const { return federation.directory() + "/tmp"; }
    std::string systemLog() const { return federation.directory() + "/syslog"; }
    /// A message of the own-format source with people of whom nothing is known yet: what is right; and beside it what is wrong.
    std::string mappedMessage() const { return item("refused", false) + item("waiting", false, ",\"X\":\"" + of("waiting")["mobile"] + "\""); }
    std::string sampleMessage() const { return mappedMessage() + unmapped("waiting"); }
    /// A folder with another version of that source's adapter, which reads other members and knows fewer codes.
    std::string otherVersion() const { return federation.directory() + "/other"; }
    /// Says something new of the "pulled" citizen under the eyes of a shadow run, and waits until it has seen it.
    void speakUnderShadow();
    PartnerClient partner(const std::string& name) { return federation.partner(name); }
    std::string read(const std::string& path) const;
    /// All files below, one after the other.
    std::string readAll(const std::string& folder) const;
    void write(const std::string& name, const std::string& text) const;
    void append(const std::string& name, const std::string& text) const { write(name, read(federation.deployment() + "/" + name) + text); }

private:
    void writeUnit();
    void writeSource();
    void writeOtherVersion();
    void writeEcho();
    std::string said(const std::string& channel, const Reply& reply);
    std::string created(PartnerClient& partner, const std::string& record);
    std::string appealOf(const std::string& tag, const std::string& source, bool secret, const std::string& more_name = "", const std::string& more = "");
    void handle(const std::string& tag, const std::string& ticket_no);
    void attach(const std::string& tag);
    std::string item(const std::string& tag, bool secret, const std::string& more = "") const;
    std::string unmapped(const std::string& tag) const;
    void pull(const std::string& file, const std::string& text) const;
    Reply call(const std::string& path, const std::string& body, const std::string& token) const;
    std::string controlled(const std::string& line) const;
    void badRecords();
    void badQuestions();
    void badEnvelopes();
    void badItems();

    std::map<std::string, Citizen> citizens_;
    std::map<std::string, std::string> tickets_;
    std::vector<Said> answers_;
    PortLease channels_port_, echo_port_;
    std::unique_ptr<Exchange> exchange_;
    std::unique_ptr<EchoingFarSide> echo_;
};

}  // namespace yht::scenarios
