using System.Text.Json;

namespace Ccflux.Hook;

/// <summary>Members of a JSON object by name, whatever the names of the others: one that holds half a surrogate pair is no text, and hides no other.</summary>
internal static class JsonMember
{
    /// <summary>The last member of that name; null where there is none.</summary>
    public static JsonElement? Find(JsonElement parent, string name)
    {
        JsonElement? found = null;
        foreach (var member in parent.EnumerateObject())
        {
            if (string.Equals(NameOf(member), name, StringComparison.Ordinal))
            {
                found = member.Value;
            }
        }

        return found;
    }

    /// <summary>Null for a name that is no text.</summary>
    public static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
