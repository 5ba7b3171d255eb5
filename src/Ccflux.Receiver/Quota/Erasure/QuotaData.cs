using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Erasure;

/// <summary>What quota stores about a person: the accounts that the user's status lines reported, with their readings and alerts. Accounts of others that bear the address stay without it.</summary>
internal sealed class QuotaData : IPersonalData
{
    private static readonly string[] s_deletions =
    [
        QuotaErasureSql.DeleteReadings, QuotaErasureSql.DeleteHours, QuotaErasureSql.DeleteDeliveries, QuotaErasureSql.DeleteAlerts, QuotaErasureSql.DeleteStates, QuotaErasureSql.DeleteRules,
        QuotaErasureSql.DeletePolls, QuotaErasureSql.DeleteWindows, QuotaErasureSql.DeleteAccounts,
    ];

    public bool Knows(WriteSession session, string email) => session.Any(QuotaErasureSql.IsNamed, ("email", email));

    public int Remove(WriteSession session, ErasedPerson person, int rows) => Deletions.Run(session, s_deletions, ("user", person.UserId), rows);

    public void Finish(WriteSession session, ErasedPerson person)
    {
        session.Execute(QuotaErasureSql.RenameAccounts, ("email", person.Email), ("name", person.Name));
        foreach (var (alert, message) in session.List(QuotaErasureSql.SelectMessages, static rows => (rows.Int64(0), rows.Text(1)), ("pattern", Mentions.Pattern(person.Email))))
        {
            session.Execute(QuotaErasureSql.RenameMessage, ("message", Mentions.Replace(message, person.Email, person.Name)), ("alert", alert));
        }
    }
}
